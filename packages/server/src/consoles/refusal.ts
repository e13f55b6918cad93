import { AppError, ProviderError } from "../kernel/errors.ts";
import { toAppError } from "../kernel/http/problem.ts";

/** What a backend says about its consoles, for who asked for one. */
export function asRefusal(error: unknown): AppError {
  if (!(error instanceof ProviderError)) return toAppError(error);
  const code = error.failure === "rejected" || error.failure === "busy" ? "conflict" : "unavailable";
  return new AppError(code, sentence(error.message), { cause: error });
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
