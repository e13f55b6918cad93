import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../kernel/errors.ts";

export interface TypeProblem {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const ROOT = join(import.meta.dirname, "../../../..");
const COMPILER = join(ROOT, "node_modules/typescript/bin/tsc");
const FILE = "script.mts";
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const MAX_WAITING = 8;
const PROBLEM = /^script\.mts\((\d+),(\d+)\): error TS\d+: (.*)$/;

const queue = { waiting: 0, last: Promise.resolve() as Promise<unknown> };

/**
 * What the TypeScript compiler says of a script, against the types of this very controller's API. One at a time: it
 * needs a core for seconds. @throws AppError `unavailable` when too many wait.
 */
export async function checkTypes(text: string): Promise<TypeProblem[]> {
  if (queue.waiting >= MAX_WAITING)
    throw new AppError("unavailable", "Many scripts are being checked just now. Try again in a moment.");
  queue.waiting += 1;
  const mine = queue.last.then(() => compile(text));
  queue.last = mine.catch(() => undefined);
  try {
    return await mine;
  } finally {
    queue.waiting -= 1;
  }
}

async function compile(text: string): Promise<TypeProblem[]> {
  const folder = await mkdtemp(join(tmpdir(), "berth-check-"));
  try {
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, FILE), text);
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        noEmit: true,
        skipLibCheck: true,
        pretty: false,
        typeRoots: [join(ROOT, "node_modules/@types")],
      },
      files: [FILE],
      include: [],
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    return readProblems(await output(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function output(folder: string): Promise<string> {
  const options = { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, killSignal: "SIGKILL" as const };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [COMPILER, "-p", folder], { ...options, env: {} }, (error, stdout) => {
      // It ends with a number when the script has problems; by a signal, or not at all, when it could not look.
      if (error === null || typeof error.code === "number") resolve(stdout);
      else reject(new AppError("unavailable", "The types could not be checked.", { cause: error }));
    });
  });
}

/** Lines of the compiler; those behind a problem that are indented belong to it. */
function readProblems(text: string): TypeProblem[] {
  const problems: TypeProblem[] = [];
  for (const line of text.split("\n")) {
    const [, row, column, message] = PROBLEM.exec(line) ?? [];
    const before = problems.at(-1);
    if (message !== undefined) problems.push({ line: Number(row), column: Number(column), message });
    else if (/^\s+\S/.test(line) && before !== undefined)
      problems[problems.length - 1] = { ...before, message: `${before.message} ${line.trim()}` };
  }
  return problems;
}
