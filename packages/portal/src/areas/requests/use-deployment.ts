import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client.ts";
import { queryKey, useApi } from "../../api/queries.ts";
import { type PhaseId, usualTimes } from "./progress-rules.ts";

const PAST = 5;
const STALE_MS = 10 * 60_000;
/** While something is being made, the page asks again even if it is told of nothing. */
const LIVE_MS = 3_000;

/** The delivery of a request: all steps with their log. A request's operation bears its id. */
export function useDeployment(operationId: string, isLive: boolean) {
  return useApi("getOperation", { params: { id: operationId } }, isLive ? { everyMs: LIVE_MS } : {});
}

/** How long the phases of deliveries usually take, by the latest that went well of those that the caller may see. */
export function useUsualTimes(): ReadonlyMap<PhaseId, number> {
  const past = useApi(
    "listOperations",
    { query: { workflow: "service-deliver", state: "done", limit: PAST, sort: "-createdAt" } },
    { staleMs: STALE_MS },
  );
  const details = useQueries({
    queries: (past.data?.items ?? []).map(({ id }) => {
      const input = { params: { id } };
      return { queryKey: queryKey("getOperation", input), queryFn: () => api.getOperation(input), staleTime: STALE_MS };
    }),
    combine: (results) => results.flatMap((result) => result.data ?? []),
  });
  return useMemo(() => usualTimes(details), [details]);
}
