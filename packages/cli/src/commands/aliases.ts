/** What a noun alone means, when no verb of it follows: `berth request two-tier` is `berth request create two-tier`. */
const STANDARD_VERBS: Readonly<Record<string, string>> = { request: "create" };

/** The command line with its aliases written out. `verbs` are the words of all commands. */
export function expandAlias(given: readonly string[], verbs: readonly (readonly string[])[]): readonly string[] {
  const [noun = "", next] = given;
  const standard = STANDARD_VERBS[noun];
  if (standard === undefined || next === undefined || ["--help", "-h", "help"].includes(next)) return given;
  if (verbs.some((verb) => verb[0] === noun && verb[1] === next)) return given;
  return [noun, standard, ...given.slice(1)];
}
