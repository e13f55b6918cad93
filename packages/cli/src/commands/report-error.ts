import { ClientError } from "@berth/api/client-error.ts";
import { CommanderError } from "commander";
import { Failure } from "../launch/failure.ts";
import { clean } from "../render/text.ts";
import { EXIT, EXIT_OF } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

/** Says what went wrong, on standard error, and returns the exit code for it. */
export function reportError(error: unknown, options: { json: boolean }): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.wrongUse;
  if (error instanceof UsageError) {
    say(error.message, []);
    return EXIT.wrongUse;
  }
  if (error instanceof Failure) {
    say(error.message, error.hints);
    return error.exitCode;
  }
  if (error instanceof ClientError) {
    if (options.json) console.error(JSON.stringify(asJson(error)));
    else say(error.message, hintsOf(error));
    return EXIT_OF[error.code];
  }
  console.error(error);
  return EXIT.failed;
}

function say(message: string, hints: readonly string[]): void {
  console.error(`berth: ${clean(message)}`);
  for (const hint of hints) console.error(`       ${clean(hint)}`);
}

function hintsOf(error: ClientError): string[] {
  // The message names the first few fields already.
  const fields = error.fields.filter(({ message, line }) => line !== undefined || !error.message.includes(message));
  return [
    ...fields.map(({ field, message, line }) => `${line === undefined ? "" : `line ${line}: `}${field} ${message}`),
    ...error.reasons.map((reason) => `- ${reason}`),
    ...adviceOf(error),
  ];
}

function adviceOf(error: ClientError): string[] {
  switch (error.code) {
    case "unreachable":
      return ["Does Berth run there? On this computer it is started by: berth up"];
    case "unauthenticated":
      return ["Sign in by: berth login"];
    case "internal":
      return error.requestId === null ? [] : [`The request's id, for whoever reads the log: ${error.requestId}`];
    default:
      return [];
  }
}

function asJson(error: ClientError) {
  const { code, message, fields, reasons, requestId } = error;
  return { error: { code, message, fields, reasons, requestId } };
}
