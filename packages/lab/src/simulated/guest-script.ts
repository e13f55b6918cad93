import type { Guest } from "./guest.ts";
import type { ShellResult } from "./guest-shell.ts";

const MAX_VALUES = 200;
const MAX_PORTS = 50;

/**
 * A very small part of a shell: enough to see that a script arrived with its values, what it prints at its top level,
 * and with which code it ends. What stands inside `if`, loops, functions and here-documents is passed over; programs
 * that it does not know succeed.
 */
export function runScript(guest: Guest, program: string): ShellResult {
  const { env, script } = unwrapped(program);
  // What a hook sets up is there for as long as the system is: its page shows it (`guest-http.ts`).
  for (const [name, value] of env) if (guest.memory.env.size < MAX_VALUES) guest.memory.env.set(name, value);
  for (const port of portsIn(script)) if (guest.memory.ports.size < MAX_PORTS) guest.memory.ports.add(port);
  return execute(topLevelOf(script), new Map([...guest.memory.env, ["HOSTNAME", guest.hostname]]), guest);
}

/** Exports in front, and the script that a wrapper writes into a file of its own before it runs it. */
function unwrapped(program: string): { env: ReadonlyMap<string, string>; script: string } {
  const exports = program.matchAll(/^export ([A-Za-z_][A-Za-z0-9_]*)='((?:[^']|'\\'')*)'$/gm);
  const env = new Map([...exports].map((match) => [match[1] ?? "", (match[2] ?? "").replaceAll(`'\\''`, "'")]));
  const inner = /^cat > "\$berth_script" <<'(BERTH_END_[0-9a-f]+)'\n([\s\S]*?)\n?^\1$/m.exec(program);
  return { env, script: inner?.[2] ?? program };
}

function portsIn(script: string): number[] {
  const numbers = [...script.matchAll(/(?<![\d.])\d{2,5}(?![\d.])/g)].map(([text]) => Number(text));
  return numbers.filter((number) => number >= 80 && number <= 65_535);
}

/** Lines outside of here-documents and compound commands. */
function topLevelOf(script: string): string[] {
  const state = { end: null as string | null, depth: 0 };
  const top: string[] = [];
  for (const line of script.split("\n")) {
    const text = line.trim();
    if (state.end !== null) {
      if (text === state.end) state.end = null;
      continue;
    }
    state.end = /<<-?\s*['"]?(\w+)['"]?/.exec(text)?.[1] ?? null;
    const opens = /^(?:if|for|while|until|case)\b|^\{$|\(\) \{$/.test(text) && !/\b(?:fi|done|esac)$/.test(text);
    const closes = /^(?:fi|done|esac)\b|^\}/.test(text);
    if (opens) state.depth += 1;
    else if (closes) state.depth = Math.max(0, state.depth - 1);
    else if (state.depth === 0) top.push(text);
  }
  return top;
}

function execute(lines: readonly string[], values: Map<string, string>, guest: Guest): ShellResult {
  const out = { stdout: "", stderr: "", stopsAtFailure: false, last: 0 };
  const result = (exitCode: number) => ({ stdout: out.stdout, stderr: out.stderr, exitCode });
  for (const line of lines) {
    const exit = /^exit(?: (\d{1,3}))?$/.exec(line);
    if (exit !== null) return result(exit[1] === undefined ? out.last : Number(exit[1]) & 255);
    if (/^set -[a-z]*e/.test(line)) out.stopsAtFailure = true;
    const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (assignment !== null) values.set(assignment[1] ?? "", expanded(assignment[2] ?? "", values));
    out.last = line === "false" ? 1 : 0;
    if (out.last !== 0 && out.stopsAtFailure) return result(out.last);
    const echo = /^echo (.*?)( >&2)?$/.exec(line);
    if (echo !== null && !/[|>]/.test(echo[1] ?? "")) {
      const text = `${expanded(echo[1] ?? "", values)}\n`;
      if (echo[2] === undefined) out.stdout += text;
      else out.stderr += text;
    }
    if (line === "hostname") out.stdout += `${guest.hostname}\n`;
  }
  return result(out.last);
}

/** Words without their quotes, with `$NAME` and `${NAME}` replaced; other expansions are left as they are. */
function expanded(text: string, values: ReadonlyMap<string, string>): string {
  return text
    .replaceAll(
      /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
      (_, braced?: string, bare?: string) => values.get(braced ?? bare ?? "") ?? "",
    )
    .replaceAll(/^["']|["']$/g, "");
}
