import type { Path } from "@berth/sdk/json.ts";
import type { TextProblem } from "@berth/sdk/text-problem.ts";

/** What Berth says about a document. */
export interface Checked {
  readonly valid: boolean;
  readonly publishable: boolean;
  readonly items: readonly CheckedProblem[];
  readonly hints: readonly CheckedProblem[];
}

export interface CheckedProblem {
  readonly code: string;
  readonly field: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly line?: number | undefined;
}

export type LampColour = "red" | "yellow" | "green" | "grey";

export interface LampLine {
  readonly text: string;
  readonly path: Path;
  readonly line: number | null;
  readonly isError: boolean;
}

export interface Lamp {
  readonly colour: LampColour;
  readonly words: string;
  readonly lines: readonly LampLine[];
}

/** The lamp of a document: red can't be saved, yellow can't be published, green is ready. */
export function lampOf(syntax: readonly TextProblem[], checked: Checked | undefined): Lamp {
  if (syntax.length > 0) {
    const lines = syntax.map(({ message, line }) => ({ text: message, path: [], line, isError: true }));
    return { colour: "red", words: "The text can't be read", lines };
  }
  if (checked === undefined) return { colour: "grey", words: "Checking", lines: [] };
  const errors = checked.items.map((problem) => lineOf(problem, true));
  const hints = checked.hints.map((problem) => lineOf(problem, false));
  if (errors.length > 0)
    return {
      colour: "red",
      words: errors.length === 1 ? "1 thing is missing" : `${errors.length} things are missing`,
      lines: errors,
    };
  if (!checked.publishable) return { colour: "yellow", words: "Can be saved, not published", lines: hints };
  return { colour: "green", words: "Ready to publish", lines: hints };
}

function lineOf({ path, message, line }: CheckedProblem, isError: boolean): LampLine {
  return { text: sentence(path, message), path, line: line ?? null, isError };
}

/** `nics: must be at least 1 entries` in the words of who draws. */
function sentence(path: Path, message: string): string {
  const last = [...path].reverse().find((part) => typeof part === "string");
  if (last === "nics" && message.startsWith("must be at least")) return "Connect this server group to a network";
  if (last === "groups" && message.startsWith("must be at least")) return "Add a server group from the palette";
  if (last === "disks" && message.startsWith("must be at least")) return "Add a disk to this server group";
  // Some problems are whole sentences, others go on from the field's name.
  const goesOn = /^(?:must|takes|is) /.test(message);
  return last === undefined || !goesOn ? capital(message) : `${capital(last)} ${message}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whose problems are shown at an element, by the path at which it stands. */
export function linesAt(lines: readonly LampLine[], elementOf: (path: Path) => string | null): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, text, isError } of lines) {
    const element = isError ? elementOf(path) : null;
    if (element !== null) found.set(element, [...(found.get(element) ?? []), text]);
  }
  return found;
}
