import { AppError, ProviderError } from "../kernel/errors.ts";

/** What the outside world refuses is, to whoever asked for it right now, not available. */
export function unavailable(error: unknown): unknown {
  return error instanceof ProviderError ? new AppError("unavailable", error.message, { cause: error }) : error;
}
