import { useMemo } from "react";
import { useApi } from "../../api/queries.ts";
import { useNow } from "../../kit/when.tsx";
import { quotable, usualEnd, type Wish } from "./quote-rules.ts";

const STALE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Price and availability of a template as it would be asked for without any wishes: from now, for two weeks. */
export function useUsualQuote(template: string) {
  const now = useNow(HOUR_MS);
  const body = useMemo(() => quotable(template, { endsAt: usualEnd(new Date(now)) }), [template, now]);
  // A wish with an end can always be asked about.
  return useApi("quoteRequest", { body: body as Wish }, { staleMs: STALE_MS });
}
