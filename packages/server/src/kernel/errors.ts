import type { ErrorCode, FieldProblem } from "@berth/api/errors.ts";

interface AppErrorOptions {
  cause?: unknown;
  /** For the log, and never shown to a client. */
  facts?: Record<string, unknown>;
  /** Shown to the client: which fields were wrong. */
  fields?: readonly FieldProblem[];
  /** Shown to the client: what was wanted, what is there, what would help. */
  reasons?: readonly string[];
}

/** An error that a client may see. `message` is written for the requester; `cause` and `facts` are for the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly facts: Record<string, unknown>;
  readonly fields: readonly FieldProblem[];
  readonly reasons: readonly string[];

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.facts = options.facts ?? {};
    this.fields = options.fields ?? [];
    this.reasons = options.reasons ?? [];
  }
}

export type ProviderFailure = "not_found" | "unreachable" | "denied" | "busy" | "rejected";

/** An error of the outside world. `ambiguous` means: it may have happened. Retry policy is read off `failure`. */
export class ProviderError extends Error {
  readonly failure: ProviderFailure;
  readonly ambiguous: boolean;

  constructor(failure: ProviderFailure, message: string, options: { ambiguous?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "ProviderError";
    this.failure = failure;
    this.ambiguous = options.ambiguous ?? false;
  }
}
