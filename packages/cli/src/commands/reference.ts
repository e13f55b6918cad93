import type { AccessRule } from "@berth/api/route.ts";
import { Command } from "commander";
import { registerVerbs, verbRoutes } from "./tree.ts";

/** The page of all commands that the contract gives, as Markdown: what `--help` says, in one place. */
export function commandReference(): string {
  const program = new Command("berth");
  registerVerbs(program, "all");
  const sections = verbRoutes()
    .toSorted((a, b) => compare(a.cli.words.join(" "), b.cli.words.join(" ")))
    .map((route) => {
      const command = route.cli.words.reduce(find, program);
      const usage = `berth ${[...route.cli.words, ...command.registeredArguments.map((a) => `<${a.name()}>`)].join(" ")}`;
      const flags = command.options
        .filter((option) => !option.hidden)
        .map((option) => `| \`${option.flags}\` | ${option.description.replaceAll("|", "\\|")} |`);
      const table = flags.length === 0 ? [] : ["", "| flag | meaning |", "| --- | --- |", ...flags];
      const who = `Who may: ${WHO[route.rule]}${route.scoped === true ? ON_SCOPE : ""}. API: \`${route.method} ${route.path}\`.`;
      return [`## ${usage}`, "", `${route.summary}. ${who}`, "", "```", route.cli.example, "```", ...table].join("\n");
    });
  return `# All commands\n\nWritten by \`./berth gen\` from the contract. How they work together is in [the guide](cli.md).\n\n${sections.join("\n\n")}\n`;
}

const WHO = {
  public: "anyone",
  "signed-in": "who is signed in",
  owner: "who sees it: its owner, and whose role reaches it",
  design: "architects",
  approve: "approvers",
  "estate-read": "operators, architects and auditors",
  operate: "operators",
  "audit-read": "auditors",
  administrator: "administrators",
} as const satisfies Record<AccessRule, string>;

const ON_SCOPE = ", of everything or of its project or pool";

function find(parent: Command, word: string): Command {
  return parent.commands.find((command) => command.name() === word) ?? parent;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
