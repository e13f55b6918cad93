import type { ClientErrorCode } from "@berth/api/client-error.ts";

/** What a command's exit code says. */
export const EXIT = { ok: 0, failed: 1, wrongUse: 2, notFound: 3, refused: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The one place where an error becomes an exit code. */
export const EXIT_OF: Record<ClientErrorCode, ExitCode> = {
  invalid_request: EXIT.wrongUse,
  not_found: EXIT.notFound,
  unauthenticated: EXIT.refused,
  forbidden: EXIT.refused,
  conflict: EXIT.refused,
  precondition_failed: EXIT.refused,
  too_many_requests: EXIT.refused,
  insufficient_capacity: EXIT.refused,
  internal: EXIT.failed,
  unavailable: EXIT.failed,
  unreachable: EXIT.failed,
};
