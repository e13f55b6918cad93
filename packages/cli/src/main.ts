import { readdirSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "@berth/api/version.ts";
import { Command } from "commander";
import { expandAlias } from "./commands/aliases.ts";
import { registerCompletion } from "./commands/completion.ts";
import { EXIT } from "./commands/exit-codes.ts";
import { registerLogin } from "./commands/login.ts";
import { registerVerbs, verbRoutes } from "./commands/tree.ts";

/**
 * The command line. Commands that talk to the API are made out of the contract; the others are files of `local/`, each
 * of which registers its own, and is loaded only when its command is asked for, or help on all of them.
 */
interface LocalCommand {
  register(program: Command): void;
}

const LOCAL_FOLDER = join(import.meta.dirname, "local");
const OWN_COMMANDS = ["login", "logout", "completion"];

const EXIT_CODES_HELP = `
Exit codes:
  0 ok   1 failed   2 wrong use   3 not found   4 refused (not allowed, in conflict, not enough capacity)
`;

async function main(given: readonly string[]): Promise<number> {
  const verbs = verbRoutes().map((route) => route.cli.words);
  const words = expandAlias(given, verbs);
  const program = await createProgram(words, verbs);
  try {
    await program.parseAsync([...words], { from: "user" });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    const { reportError } = await import("./commands/report-error.ts");
    return reportError(error, { json: words.includes("--json") });
  }
}

async function createProgram(words: readonly string[], verbs: readonly (readonly string[])[]): Promise<Command> {
  const program = new Command("berth")
    .description("Runs a mixed estate of physical and virtual servers as one.")
    .version(VERSION)
    .enablePositionalOptions()
    .showHelpAfterError("(--help says more)")
    .exitOverride()
    .addHelpText("after", EXIT_CODES_HELP);
  // What is completed are the words behind `complete --`.
  const asked = words.slice(words[0] === "complete" ? 1 : 0).filter((word) => !word.startsWith("-"));
  registerVerbs(program, asked);
  registerLogin(program);
  registerCompletion(program);
  const [first = ""] = asked;
  const isOfApi = OWN_COMMANDS.includes(first) || verbs.some((verb) => verb[0] === first);
  for (const name of localNames().filter((local) => local === first || (!isOfApi && !localNames().includes(first)))) {
    const local: LocalCommand = await import(join(LOCAL_FOLDER, `${name}.ts`));
    local.register(program);
  }
  return program;
}

/** Each is a file that is named after its command. */
function localNames(): string[] {
  return readdirSync(LOCAL_FOLDER)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.slice(0, -3))
    .sort();
}

process.exitCode = await main(process.argv.slice(2));
