import { ERROR_STATUS, type ErrorCode } from "@berth/api/errors.ts";
import type { Problem } from "@berth/api/problem.ts";
import { sqlState } from "../db/db.ts";
import { AppError } from "../errors.ts";

const TITLES: Record<ErrorCode, string> = {
  invalid_request: "The request is wrong",
  unauthenticated: "Not signed in",
  forbidden: "Not allowed",
  not_found: "Not found",
  conflict: "In conflict with what is there",
  precondition_failed: "Changed in the meantime",
  too_many_requests: "Too many requests",
  internal: "Internal error",
  unavailable: "Not available just now",
  insufficient_capacity: "Not enough capacity",
};

/** The only place where an error becomes a response. What is not an AppError is our bug, and says nothing. */
export function toProblem(error: unknown, requestId: string): Problem {
  const known = toAppError(error);
  return {
    type: `urn:berth:error:${known.code}`,
    title: TITLES[known.code],
    status: ERROR_STATUS[known.code],
    code: known.code,
    detail: known.message,
    fields: [...known.fields],
    reasons: [...known.reasons],
    requestId,
  };
}

/** Errors of the HTTP layer by Fastify's code or status; whatever else is `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new AppError("invalid_request", "The body is too large.", { cause: error });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new AppError("invalid_request", "The body must be sent as application/json.", { cause: error });
    case "FST_ERR_BAD_URL":
      return new AppError("invalid_request", "The URL is not percent-encoded UTF-8.", { cause: error });
    default:
      break;
  }
  // Data that no schema caught and PostgreSQL can't hold (class 22): the caller's, though a schema should have said it.
  if (sqlState(error)?.startsWith("22") === true)
    return new AppError("invalid_request", "A value is out of range.", { cause: error });
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return new AppError("invalid_request", "The request is not well-formed.", { cause: error });
  }
  return new AppError("internal", "Internal error. The log has it under the request's id.", { cause: error });
}
