import { AppError } from "../kernel/errors.ts";

/** Two people who change one thing at once: the second is told. */
export function checkVersion(
  noun: string,
  row: { readonly name: string; readonly version: number },
  ifMatch: number,
): void {
  if (row.version === ifMatch) return;
  throw new AppError(
    "precondition_failed",
    `The ${noun} ${row.name} was changed meanwhile: it is at version ${row.version} now.`,
  );
}
