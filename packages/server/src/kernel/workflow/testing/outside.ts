import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { AppError } from "../../errors.ts";
import { dbStep, type StepCall, step, workflow } from "../workflow.ts";

/**
 * An outside world that survives the processes which act on it: things are files. It notices when two living
 * processes act on one thing at once.
 */
export interface Outside {
  readonly directory: string;
  /** What exists, as `<thing>=<number of its creations>`. */
  things(): string[];
  /** Which calls there were, in order: `<pid> <act> <thing>`. */
  calls(): string[];
  violations(): string[];
}

export function openOutside(directory: string): Outside {
  mkdirSync(join(directory, "things"), { recursive: true });
  mkdirSync(join(directory, "busy"), { recursive: true });
  const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : []);
  return {
    directory,
    things: () =>
      readdirSync(join(directory, "things"))
        .sort()
        .map((name) => `${name}=${readFileSync(join(directory, "things", name), "utf8")}`),
    calls: () => linesOf(join(directory, "calls")),
    violations: () => linesOf(join(directory, "violations")),
  };
}

export interface Ruin {
  readonly directory: string;
}

const TAKES_MS = 20;

/** Does one thing outside; twice is once. */
async function act(deps: Ruin & StepCall, what: "make" | "remove", thing: string): Promise<void> {
  const busy = join(deps.directory, "busy", thing);
  appendFileSync(join(deps.directory, "calls"), `${process.pid} ${what} ${thing}\n`);
  const other = existsSync(busy) ? Number(readFileSync(busy, "utf8")) : 0;
  if (other !== process.pid && isRunning(other)) {
    appendFileSync(join(deps.directory, "violations"), `${process.pid} and ${other} at ${thing}\n`);
  }
  writeFileSync(busy, String(process.pid));
  await sleep(TAKES_MS, undefined, { signal: deps.signal });
  const file = join(deps.directory, "things", thing);
  if (what === "remove") rmSync(file, { force: true });
  else if (!existsSync(file)) writeFileSync(file, "1");
  rmSync(busy, { force: true });
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The tests' own table: what a step did to our database. */
export const OUTSIDE_TABLE = sql`create table ruin_row (thing text primary key, times integer not null default 1)`;

const make = step({
  name: "make",
  run: (deps: Ruin & StepCall, i: { thing: string }) => act(deps, "make", i.thing),
  undo: (deps, i) => act(deps, "remove", i.thing),
});

const enter = dbStep({
  name: "enter",
  // Not idempotent: it must happen once, together with its entry in the journal.
  run: (tx, i: { thing: string }) =>
    sql`insert into ruin_row (thing) values (${i.thing}) on conflict (thing) do update set times = ruin_row.times + 1`.execute(
      tx,
    ),
  undo: (tx, i) => sql`delete from ruin_row where thing = ${i.thing}`.execute(tx),
});

const check = step({
  name: "check",
  run: async (_deps: Ruin & StepCall, i: { fails: boolean }) => {
    if (i.fails) throw new AppError("unavailable", "as it was told to");
  },
  undo: { none: "looking changes nothing" },
});

export const ruinPart = workflow({
  name: "ruin-part",
  onFailure: "unwind",
  steps: [make, enter],
  async run(wf, input: { thing: string }) {
    await wf.do(make, input);
    await wf.do(enter, input);
  },
});

export const ruin = workflow({
  name: "ruin",
  onFailure: "unwind",
  steps: [make, enter, check],
  async run(wf, input: { thing: string; fails: boolean }) {
    const { thing } = input;
    await wf.do(make, { thing });
    await wf.do(enter, { thing });
    await wf.all(
      ["a", "b"].map((part) => ({
        workflow: ruinPart,
        id: `${thing}-${part}`,
        input: { thing: `${thing}-${part}` },
        title: part,
      })),
    );
    await wf.waitUntil(new Date((await wf.now()).getTime() + 200), "a moment");
    await wf.do(check, { fails: input.fails });
  },
});
