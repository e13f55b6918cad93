import { AppError } from "../kernel/errors.ts";
import { type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import type { ScriptEnd, ScriptRun } from "./runner.ts";

export interface ScriptRunInput {
  readonly operationId: string;
  readonly script: string;
  readonly version: number;
}

export interface ScriptWorld {
  /** Marks the run as begun and makes a token for it, unless it had begun before. */
  begin(operationId: string): Promise<Begun>;
  /** Keeps how it ended, unless that is known; its token is worth nothing from now on. */
  end(operationId: string, failure: string | null): Promise<void>;
  run(run: ScriptRun): Promise<ScriptEnd>;
}

export type Begun =
  | { readonly kind: "new"; readonly text: string; readonly url: string; readonly token: string }
  | { readonly kind: "ended"; readonly failure: string | null }
  | { readonly kind: "interrupted" };

type Deps = ScriptWorld & StepCall;

const TIMEOUT_MS = 15 * 60_000;

const execute = step({
  name: "execute",
  timeoutMs: TIMEOUT_MS + 60_000,
  // What a script did is known to its writer only, so nothing runs it a second time by itself.
  attempts: 1,
  run: async (deps: Deps, { operationId, script }: ScriptRunInput) => {
    const begun = await deps.begin(operationId);
    const failure = begun.kind === "new" ? await tryScript(deps, script, begun) : failureBefore(script, begun);
    await deps.end(operationId, failure);
    if (failure !== null) throw new AppError("conflict", failure);
    return {};
  },
  undo: { none: "what a script did through the API has its own ways back" },
});

/** Runs it to its end; answers what was wrong, or null. */
async function tryScript(deps: Deps, script: string, begun: Extract<Begun, { kind: "new" }>): Promise<string | null> {
  const last = { error: "" };
  const end = await deps.run({
    ...begun,
    timeoutMs: TIMEOUT_MS,
    signal: deps.signal,
    onLine(stream, line) {
      if (stream === "stderr" && line.trim() !== "") last.error = line;
      deps.log[stream === "stdout" ? "info" : "warn"](line);
    },
  });
  return failureOf(script, end, last.error);
}

/** What another controller has left of it. */
function failureBefore(script: string, begun: Exclude<Begun, { kind: "new" }>): string | null {
  if (begun.kind === "ended") return begun.failure;
  return `The controller ended while ${script} ran; how far it came is not known. See what it has done, and run it again.`;
}

function failureOf(script: string, end: ScriptEnd, lastLine: string): string | null {
  switch (end.kind) {
    case "exit":
      if (end.code === 0) return null;
      return `${script} ended with exit code ${end.code}${lastLine === "" ? "" : `: ${lastLine.slice(0, 300)}`}`;
    case "timeout":
      return `${script} was ended after ${TIMEOUT_MS / 60_000} minutes. Let it start long work and not wait for it.`;
    case "cancelled":
      return `${script} was ended`;
    case "out-of-memory":
      return `${script} needed more memory than a script may have. Read lists page by page.`;
  }
}

export const scriptRun = workflow({
  name: "script-run",
  onFailure: "unwind",
  steps: [execute],
  async run(wf, input: ScriptRunInput) {
    await wf.do(execute, input);
  },
});
