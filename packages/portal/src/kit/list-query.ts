import type { ClientError } from "@berth/api/client-error.ts";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { OperationName } from "../api/client.ts";
import { callOf, type InputOf, type ItemOf } from "../api/queries.ts";

/** Operations whose answer is a page of a list. */
export type ListOperation = {
  [K in OperationName]: InputOf<K> extends { readonly query?: { cursor?: string } } ? K : never;
}[OperationName];

interface ListAnswer<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

const PAGE_ROWS = 100;
const EXPORT_ROWS = 500;

export function listKey(operation: ListOperation, query: Readonly<Record<string, unknown>>): unknown[] {
  return [operation, { list: query }];
}

/** A list's rows as far as they have been read by now; more on demand. */
export function useList<K extends ListOperation>(operation: K, query: Readonly<Record<string, unknown>>) {
  return useInfiniteQuery<
    ListAnswer<ItemOf<K>>,
    ClientError,
    { items: ItemOf<K>[]; pages: number },
    unknown[],
    string | null
  >({
    queryKey: listKey(operation, query),
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === null ? {} : { cursor: pageParam };
      const answer = await callOf(operation)({ query: { limit: PAGE_ROWS, ...query, ...cursor }, signal });
      return answer as ListAnswer<ItemOf<K>>;
    },
    initialPageParam: null,
    getNextPageParam: (last) => last.next ?? null,
    placeholderData: keepPreviousData,
    // Events say when it is outdated, so that a long list is not read again without a reason.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
    select: ({ pages }) => ({ items: pages.flatMap((page) => page.items), pages: pages.length }),
  });
}

/** Every row, page by page: for an export. */
export async function readWholeList<K extends ListOperation>(
  operation: K,
  query: Readonly<Record<string, unknown>>,
): Promise<ItemOf<K>[]> {
  const items: ItemOf<K>[] = [];
  let cursor: string | undefined;
  do {
    const at = cursor === undefined ? {} : { cursor };
    const page = (await callOf(operation)({ query: { ...query, ...at, limit: EXPORT_ROWS } })) as ListAnswer<ItemOf<K>>;
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
}
