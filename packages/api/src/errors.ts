/** Every error code a client can see, with its HTTP status. The status lives here and nowhere else. */
export const ERROR_STATUS = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
  insufficient_capacity: 507,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One field that was wrong: `field` is a path such as `groups[0].count`; `line` is set for documents such as YAML. */
export interface FieldProblem {
  field: string;
  message: string;
  line?: number;
}
