import { ProviderError } from "../kernel/errors.ts";
import type { Log } from "../kernel/log.ts";
import type { Metrics } from "../kernel/metrics.ts";
import type { Call, Provider } from "./provider.ts";

export interface Observers {
  readonly log: Log;
  readonly metrics?: Pick<Metrics, "provider">;
  /** Asked right before each call that changes something; waits or throws where this controller must not act now. */
  readonly mayAct?: () => Promise<void>;
}

type RoleName = Exclude<keyof Provider, "type" | "close">;

const ROLES: readonly RoleName[] = [
  "power",
  "boot",
  "inventory",
  "virtualMedia",
  "identity",
  "vms",
  "volumes",
  "vmEvents",
  "console",
];

/** What changes nothing: not heard in time is then not "it may have happened". */
const READS: ReadonlySet<string> = new Set([
  "read",
  "systems",
  "inspect",
  "can",
  "list",
  "capacity",
  "facts",
  "kinds",
  "open",
]);

/** Ends a hang; callers give the deadlines that fit their work. Writing is as long as the disk is large. */
const DEADLINE_MS = 5 * 60_000;
const WRITE_DEADLINE_MS = 6 * 3_600_000;

/**
 * What is done once for all providers: a deadline that holds even for a provider that does not look at its signal, a
 * log line, a metric, and the promise that nothing but ProviderError comes out.
 */
export function wrapProvider(provider: Provider, observers: Observers): Provider {
  const roles = ROLES.flatMap((name) => {
    const role = provider[name];
    return role === undefined ? [] : [[name, wrapRole(provider.type, name, role, observers)] as const];
  });
  // Each role is replaced by one with the same methods.
  return { type: provider.type, ...Object.fromEntries(roles), close: () => provider.close() } as Provider;
}

function wrapRole(type: string, roleName: RoleName, role: object, observers: Observers): object {
  const wrapped = Object.entries(role).map(([method, value]) => {
    if (typeof value !== "function") return [method, value] as const;
    const invoke = (args: readonly unknown[]): unknown => Reflect.apply(value, role, args);
    const note = observerOf({ type, role: roleName, method }, observers);
    if (roleName === "vmEvents") return [method, (...args: unknown[]) => watched(invoke, args, note)] as const;
    const guarded = READS.has(method) ? undefined : observers.mayAct;
    return [
      method,
      async (...args: unknown[]) => {
        await guarded?.();
        return called(method, invoke, args, note);
      },
    ] as const;
  });
  return Object.fromEntries(wrapped);
}

type Note = (startedAt: number, error: ProviderError | null) => void;
type Invoke = (args: readonly unknown[]) => unknown;

async function called(method: string, invoke: Invoke, args: readonly unknown[], note: Note): Promise<unknown> {
  const startedAt = performance.now();
  const isRead = READS.has(method);
  const ours = new AbortController();
  const overdue = Promise.withResolvers<never>();
  // Nobody may be waiting any more when it rejects.
  overdue.promise.catch(() => undefined);
  const timer = setTimeout(
    () => {
      overdue.reject(new ProviderError("unreachable", "no answer within the deadline", { ambiguous: !isRead }));
      ours.abort();
    },
    method === "write" ? WRITE_DEADLINE_MS : DEADLINE_MS,
  );
  timer.unref();
  try {
    const result = await Promise.race([invoke(withSignal(args, ours.signal)), overdue.promise]);
    note(startedAt, null);
    return result;
  } catch (error) {
    const known = asProviderError(error, isRead);
    note(startedAt, known);
    throw known;
  } finally {
    clearTimeout(timer);
  }
}

async function* watched(invoke: Invoke, args: readonly unknown[], note: Note): AsyncGenerator<unknown> {
  const startedAt = performance.now();
  try {
    // `watch` is the one method of its role.
    yield* invoke(args) as AsyncIterable<unknown>;
    note(startedAt, null);
  } catch (error) {
    const known = asProviderError(error, true);
    note(startedAt, known);
    throw known;
  }
}

/** The call is every method's last argument. */
function withSignal(args: readonly unknown[], signal: AbortSignal): readonly unknown[] {
  const call = args.at(-1) as Call;
  return [...args.slice(0, -1), { ...call, signal: AbortSignal.any([call.signal, signal]) }];
}

/** A provider that throws anything else is wrong, and what it had done by then is not known. */
function asProviderError(error: unknown, isRead: boolean): ProviderError {
  if (error instanceof ProviderError) return error;
  return new ProviderError("rejected", "the provider failed in a way that it should not", {
    ambiguous: !isRead,
    cause: error,
  });
}

function observerOf(what: { type: string; role: string; method: string }, { log, metrics }: Observers): Note {
  return (startedAt, error) => {
    const tookMs = performance.now() - startedAt;
    metrics?.provider(what.type, what.role, what.method, error?.failure ?? "none", tookMs / 1_000);
    const facts = { ...what, tookMs: Math.round(tookMs) };
    if (error === null) return log.debug("provider called", facts);
    log.debug("provider call failed", { ...facts, failure: error.failure, ambiguous: error.ambiguous, error });
  };
}
