import { contract } from "@berth/api/contract.ts";
import type { Contract } from "@berth/api/route.ts";
import type { Command } from "commander";
import { defineVerb } from "./verb.ts";
import type { VerbRoute } from "./verb-route.ts";

/** The routes that have a command. */
export function verbRoutes(): VerbRoute[] {
  return Object.values(contract as Contract).filter((route): route is VerbRoute => route.cli !== undefined);
}

/**
 * Adds a command for each route that has one. Arguments and flags are made for those below `words` only: making them
 * all would be most of the time that a command takes.
 */
export function registerVerbs(program: Command, words: readonly string[] | "all"): void {
  for (const route of verbRoutes()) {
    const parent = route.cli.words.slice(0, -1).reduce(nounOf, program);
    const command = parent.command(route.cli.words.at(-1) ?? "").description(route.summary);
    if (words === "all" || isBelow(route.cli.words, words)) defineVerb(command, route);
  }
  for (const noun of program.commands.filter((command) => command.commands.length > 0)) {
    noun.description(noun.commands.map((verb) => verb.name()).join(", "));
  }
}

/** The command of a noun, made if it is not there; for local commands that stand beside those of the contract. */
export function nounOf(parent: Command, noun: string): Command {
  const known = parent.commands.find((command) => command.name() === noun);
  return known ?? parent.command(noun);
}

function isBelow(verb: readonly string[], words: readonly string[]): boolean {
  const shared = Math.min(verb.length, words.length);
  return words.length > 0 && verb.slice(0, shared).every((word, i) => word === words[i]);
}
