import type { AnyInput } from "@berth/api/client.ts";
import { ClientError } from "@berth/api/client-error.ts";
import { contract } from "@berth/api/contract.ts";
import type { Contract } from "@berth/api/route.ts";
import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { z } from "zod";
import { type Api, api, type BerthContract, type OperationName } from "./client.ts";
import { lostWith } from "./connection.ts";
import { readAgain } from "./read-again.ts";

export type InputOf<K extends OperationName> = NonNullable<Parameters<Api[K]>[0]>;
export type OutputOf<K extends OperationName> = z.output<BerthContract[K]["response"]>;
/** An item of a list's page. */
export type ItemOf<K extends OperationName> = OutputOf<K> extends { items: readonly (infer I)[] } ? I : never;
type Call = (input?: object) => Promise<unknown>;

/** Fresh for this long without an event; events say sooner. */
const STALE_MS = 15_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: STALE_MS,
      // The client repeats by itself what may be repeated; whatever Berth has answered it would answer again.
      retry: (count, error) => isUnreachable(error) && count < 100,
      retryDelay: (count) => Math.min(5_000, 500 * 2 ** count),
      // The browser's own idea of being online knows nothing of a controller on this computer.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});
queryClient.getQueryCache().subscribe((event) => {
  if (event.type === "updated" && event.action.type === "failed" && isUnreachable(event.action.error))
    lostWith("controller");
});

function isUnreachable(error: unknown): boolean {
  return error instanceof ClientError && (error.code === "unreachable" || error.code === "unavailable");
}

function queryKey(operation: OperationName, input?: object): readonly unknown[] {
  return [operation, input ?? {}];
}

export function callOf(operation: OperationName): Call {
  // Each operation's function has a type of its own; what was asked for was checked by the caller's signature.
  return api[operation] as Call;
}

export interface ApiOptions {
  readonly enabled?: boolean;
  /** Keeps showing the answer to the last input until that to the present one is there. */
  readonly keepLast?: boolean;
  readonly staleMs?: number;
  readonly everyMs?: number;
}

/** What a GET (or a POST that only answers, such as a quote) says, kept fresh by live events. */
export function useApi<K extends OperationName>(
  operation: K,
  input?: InputOf<K>,
  options: ApiOptions = {},
): UseQueryResult<OutputOf<K>, ClientError> {
  const { keepLast = false, enabled, staleMs, everyMs } = options;
  const query: UseQueryOptions<OutputOf<K>, ClientError> = {
    queryKey: queryKey(operation, input),
    queryFn: ({ signal }) => callOf(operation)({ ...input, signal }) as Promise<OutputOf<K>>,
    ...(keepLast ? { placeholderData: keepPreviousData } : {}),
    ...(enabled === undefined ? {} : { enabled }),
    ...(staleMs === undefined ? {} : { staleTime: staleMs }),
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  };
  return useQuery(query);
}

/** A call that changes something. What it may have touched is read again. */
export function useAct<K extends OperationName>(
  operation: K,
  options: { readonly onDone?: (answer: OutputOf<K>, input: InputOf<K>) => void } = {},
): UseMutationResult<OutputOf<K>, ClientError, InputOf<K>> {
  const client = useQueryClient();
  return useMutation<OutputOf<K>, ClientError, InputOf<K>>({
    mutationFn: (input) => callOf(operation)(input) as Promise<OutputOf<K>>,
    onSuccess: (answer, input) => {
      readAgain(client);
      options.onDone?.(answer, input);
    },
  });
}

export function routeOf(operation: OperationName) {
  // The precise type of one route is of no use where any may come.
  return (contract as Contract)[operation]!;
}

export interface AnyCall {
  readonly operation: OperationName;
  readonly input: AnyInput;
}

/** As `useAct`, where the operation is known only when it is called. */
export function useAnyAct(): UseMutationResult<unknown, ClientError, AnyCall> {
  const client = useQueryClient();
  return useMutation<unknown, ClientError, AnyCall>({
    mutationFn: ({ operation, input }) => callOf(operation)(input),
    onSuccess: () => readAgain(client),
  });
}
