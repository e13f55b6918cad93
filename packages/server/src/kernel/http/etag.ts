import { AppError } from "../errors.ts";

/** The ETag of an object that carries its `version`; null for any other. */
export function etagOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("version" in body) || typeof body.version !== "number")
    return null;
  return `"${body.version}"`;
}

/** The version that the caller has seen (RFC 9110, If-Match with one strong tag). */
export function readIfMatch(header: string | undefined): number {
  if (header === undefined) {
    throw new AppError(
      "precondition_failed",
      "The header If-Match is required: send the ETag of the version that you have seen.",
    );
  }
  const digits = /^"(\d{1,15})"$/.exec(header.trim())?.[1];
  if (digits === undefined)
    throw new AppError("invalid_request", 'The header If-Match must be one ETag, for example "3".');
  return Number(digits);
}
