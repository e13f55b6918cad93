import { expect } from "vitest";
import { ProviderError, type ProviderFailure } from "../../kernel/errors.ts";

/** Contract suites run real systems on small machines: the deadline is there to end a hang, not to measure. */
export const CALL_DEADLINE_MS = 60_000;
export const TEST_DEADLINE_MS = 120_000;

export const freshCall = () => ({ signal: AbortSignal.timeout(CALL_DEADLINE_MS) });

/** The promise must reject with a ProviderError of this kind, and say truly whether it may have happened. */
export async function expectFailure(
  promise: Promise<unknown>,
  failure: ProviderFailure,
  options: { ambiguous: boolean } = { ambiguous: false },
): Promise<void> {
  const error = await promise.then(
    () => expect.unreachable(`expected a ProviderError ${failure}, but the call succeeded`),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ failure, ambiguous: options.ambiguous });
}
