import { contract } from "@berth/api/contract.ts";
import type { Contract } from "@berth/api/route.ts";
import type { Query, QueryClient } from "@tanstack/react-query";

/** Of a list of which more pages than these have been read, only the reader knows whether all of it is worth reading again. */
const LIVE_PAGES = 5;

/** Reads again what is shown and may have changed; long lists are only marked. `tags` are of the contract; null for all. */
export function readAgain(client: QueryClient, tags: ReadonlySet<string> | null = null): void {
  const concerns = (query: Query) => tags === null || tags.has(tagOf(query));
  void client.invalidateQueries({ predicate: (query) => concerns(query) && !isLong(query) });
  void client.invalidateQueries({ predicate: (query) => concerns(query) && isLong(query), refetchType: "none" });
}

function isLong(query: Query): boolean {
  return pagesRead(query.state.data) > LIVE_PAGES;
}

export function isLongList(pages: number): boolean {
  return pages > LIVE_PAGES;
}

function pagesRead(data: unknown): number {
  const { pages } = (data ?? {}) as { pages?: unknown };
  return Array.isArray(pages) ? pages.length : 0;
}

/** Some keys are of no operation of the contract. */
function tagOf({ queryKey: [operation] }: Query): string {
  return (contract as Contract)[String(operation)]?.tag ?? "";
}
