import { setTimeout as sleep } from "node:timers/promises";

/** After each run, a pause of so many times its length: what grows with the estate never fills the day. */
const REST = 3;
const LONGEST_REST_MS = 1_000;

/**
 * Work that brings the newest whole to somewhere, such as all of a site's DHCP. One run per key at a time; all who ask
 * while one is under way share the next, which begins after they asked. So a thousand changes cost a few runs, not a
 * thousand. A run belongs to nobody: whoever gives up leaves the others theirs.
 */
export function createSharedRuns(
  work: (key: string) => Promise<void>,
  options: { rest?: number } = {},
): (key: string, call: { signal: AbortSignal }) => Promise<void> {
  const { rest = REST } = options;
  const quiet = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();

  const begin = (key: string): Promise<void> => {
    const before = quiet.get(key) ?? Promise.resolve();
    const began = before.then(() => {
      waiting.delete(key);
      return performance.now();
    });
    const run = began.then(() => work(key));
    const rested = run
      .catch(() => undefined)
      .then(() => began)
      .then((at) => sleep(Math.min(LONGEST_REST_MS, (performance.now() - at) * rest)))
      .then(() => {
        if (quiet.get(key) === rested) quiet.delete(key);
      });
    quiet.set(key, rested);
    waiting.set(key, run);
    return run;
  };

  return (key, { signal }) => orAborted(waiting.get(key) ?? begin(key), signal);
}

function orAborted(run: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  run.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  return promise;
}
