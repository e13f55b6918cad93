import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { UsageError } from "./usage-error.ts";

/** Asks a question on the terminal. */
export async function ask(question: string): Promise<string> {
  return (await askOn(question, process.stderr)).trim();
}

/** Asks for something that the terminal must not show. */
export async function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await askOn("", nowhere);
  process.stderr.write("\n");
  return answer;
}

async function askOn(text: string, output: NodeJS.WritableStream): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError("There is no terminal to ask on. Give --password-stdin and the name.");
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await lines.question(text);
  } finally {
    lines.close();
  }
}
