import type { ErrorCode, FieldProblem } from "./errors.ts";
import { Problem } from "./problem.ts";

/** `unreachable`: no answer came; for a request that changes something it may have happened all the same. */
export type ClientErrorCode = ErrorCode | "unreachable";

/** Why a call had no answer that could be used. Switch on `code`; `message` is for people. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  readonly status: number | null;
  readonly fields: readonly FieldProblem[];
  readonly reasons: readonly string[];
  readonly requestId: string | null;

  constructor(code: ClientErrorCode, message: string, options: { problem?: Problem; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "ClientError";
    this.code = code;
    this.status = options.problem?.status ?? null;
    this.fields = options.problem?.fields ?? [];
    this.reasons = options.problem?.reasons ?? [];
    this.requestId = options.problem?.requestId ?? null;
  }
}

export function problemError(value: unknown): ClientError | null {
  const problem = Problem.safeParse(value);
  if (!problem.success) return null;
  return new ClientError(problem.data.code, problem.data.detail, { problem: problem.data });
}

/** An answer that is no problem of ours: something else stands at that address, or between. */
export async function errorOf(response: Response): Promise<ClientError> {
  const text = await response.text().catch(() => "");
  const known = problemError(parse(text));
  if (known !== null) return known;
  const code = response.status === 404 ? "not_found" : response.status >= 500 ? "unavailable" : "invalid_request";
  return new ClientError(code, `The answer is not Berth's: HTTP status ${response.status} from ${response.url}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
