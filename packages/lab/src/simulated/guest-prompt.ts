import type { Guest } from "./guest.ts";
import { runCommand } from "./guest-shell.ts";

const MAX_LINE_CHARS = 1_000;
const END_OF_TRANSMISSION = "\u0004";
const DELETE = "\u007f";
const BACKSPACE = "\b";

/** Reads what a person types, echoes it, and gives away whole lines. */
export function lineEditor(write: (text: string) => void, on: { line(line: string): void; end(): void }) {
  const state = { line: "", wasReturn: false };
  const enter = () => {
    const { line } = state;
    state.line = "";
    write("\r\n");
    on.line(line.trim());
  };
  const erase = () => {
    if (state.line === "") return;
    state.line = state.line.slice(0, -1);
    write("\b \b");
  };
  return (typed: Buffer): void => {
    for (const char of typed.toString("utf8")) {
      const isPairedNewline = char === "\n" && state.wasReturn;
      state.wasReturn = char === "\r";
      if (isPairedNewline) continue;
      if (char === END_OF_TRANSMISSION) on.end();
      else if (char === "\r" || char === "\n") enter();
      else if (char === DELETE || char === BACKSPACE) erase();
      else if (char >= " " && state.line.length < MAX_LINE_CHARS) {
        state.line += char;
        write(char);
      }
    }
  };
}

/** A prompt for people: gets what is typed, until they leave. */
export function guestPrompt(guest: Guest, to: { write(text: string): void; leave(): void }): (typed: Buffer) => void {
  const prompt = () => to.write(`${guest.hostname}:~$ `);
  to.write("A simulated system: only a few commands answer.\r\n");
  prompt();
  return lineEditor(to.write, {
    line(line) {
      if (line === "exit" || line === "logout") return to.leave();
      const { stdout, stderr } = line === "" ? { stdout: "", stderr: "" } : runCommand(guest, line, "");
      to.write(`${stdout}${stderr}`.replaceAll("\n", "\r\n"));
      prompt();
    },
    end: to.leave,
  });
}
