import { useMemo } from "react";
import { useApi } from "../../api/queries.ts";
import { type PhaseId, usualTimes } from "./progress-rules.ts";

const STALE_MS = 10 * 60_000;
/** While something is being made, the page asks again even if it is told of nothing. */
const LIVE_MS = 3_000;

/** The delivery of a request: all steps with their log. A request's operation bears its id. */
export function useDeployment(operationId: string, isLive: boolean) {
  return useApi("getOperation", { params: { id: operationId } }, isLive ? { everyMs: LIVE_MS } : {});
}

/** How long the phases of such a delivery usually take. */
export function useUsualTimes(operationId: string): ReadonlyMap<PhaseId, number> {
  const usual = useApi("usualDurations", { params: { id: operationId } }, { staleMs: STALE_MS });
  return useMemo(() => usualTimes(usual.data?.items ?? []), [usual.data]);
}
