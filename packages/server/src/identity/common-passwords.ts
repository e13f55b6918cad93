import { AppError } from "../kernel/errors.ts";
import { passwordProblem } from "./password-rules.ts";

const loaded: { words?: Promise<ReadonlySet<string>> } = {};

/** @throws AppError `invalid_request` that names the field and what is wrong with the password. */
export async function refuseWeakPassword(given: { password: string; userName: string; field: string }): Promise<void> {
  const words = await commonPasswords();
  const problem = passwordProblem(given.password, { userName: given.userName, isCommon: (word) => words.has(word) });
  if (problem === null) return;
  throw new AppError("invalid_request", `The password ${problem}. Choose another: a few words are better than one.`, {
    fields: [{ field: given.field, message: problem }],
  });
}

/** About 50,000 of those that leaks hold most often. Read when the first password is set, as it takes a moment. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  loaded.words ??= import("@zxcvbn-ts/language-common").then(
    ({ dictionary }) => new Set(dictionary["passwords-common"]),
  );
  return loaded.words;
}
