import { AppError, ProviderError } from "../kernel/errors.ts";

/** What a person who enrols or asks a backend is told when it did not go well. Anything else stays as it is. */
export function backendProblem(error: unknown, what: string): unknown {
  if (!(error instanceof ProviderError)) return error;
  const options = { cause: error, reasons: [error.message] };
  switch (error.failure) {
    case "unreachable":
      return new AppError("unavailable", `${what} can't be reached`, options);
    case "busy":
      return new AppError("unavailable", `${what} is busy: try again later`, options);
    case "denied":
      return new AppError("invalid_request", `${what} refused the credentials`, {
        ...options,
        fields: [{ field: "settings", message: "these credentials were refused" }],
      });
    case "not_found":
      return new AppError("invalid_request", `${what} knows no such thing`, {
        ...options,
        fields: [{ field: "systemId", message: "is not there" }],
      });
    case "rejected":
      return new AppError("unavailable", `${what} refused to answer`, options);
  }
}

/** Runs work on a backend, and says in the caller's words what went wrong. */
export async function asking<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw backendProblem(error, what);
  }
}
