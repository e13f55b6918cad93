import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OperationChange, OperationInfo, OperationStep } from "@berth/api/operation.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Cli {
  readonly stateDir: string;
  /** Runs `berth` as a process of its own, with nothing of this process's environment. */
  run(args: readonly string[], options?: { environment?: Record<string, string>; input?: string }): Promise<Ran>;
  remove(): Promise<void>;
}

const MAIN = join(import.meta.dirname, "../main.ts");
const DEADLINE_MS = 60_000;

export async function createCli(environment: Record<string, string>): Promise<Cli> {
  const stateDir = await mkdtemp(join(tmpdir(), "berth-cli-test-"));
  return {
    stateDir,
    run: (args, options = {}) =>
      new Promise((resolve) => {
        const env = { BERTH_STATE_DIR: stateDir, HOME: stateDir, ...environment, ...options.environment };
        const child = execFile(
          process.execPath,
          [MAIN, ...args],
          { env, timeout: DEADLINE_MS },
          (error, stdout, stderr) => {
            const code = error === null ? 0 : typeof error.code === "number" ? error.code : 255;
            resolve({ code, stdout, stderr });
          },
        );
        child.stdin?.end(options.input ?? "");
      }),
    remove: () => rm(stateDir, { recursive: true, force: true }),
  };
}

const AT = "2027-01-01T00:00:00Z";
const LATER = "2027-01-01T00:00:12.300Z";

export function operation(id: string, changes: Partial<OperationInfo> = {}): OperationInfo {
  return {
    id,
    parentId: null,
    workflow: "service-deliver",
    title: `Deliver ${id}`,
    subject: { kind: "service", id },
    state: "running",
    ended: false,
    error: null,
    waitsFor: null,
    doors: [],
    createdAt: AT,
    startedAt: AT,
    endedAt: null,
    ...changes,
  };
}

export function step(operationId: string, position: number, changes: Partial<OperationStep> = {}): OperationStep {
  return {
    operationId,
    position,
    name: `step-${position}`,
    state: "running",
    attempt: 1,
    percent: null,
    note: null,
    error: null,
    children: [],
    startedAt: AT,
    endedAt: changes.state === "done" ? LATER : null,
    undoneAt: null,
    ...changes,
  };
}

export function change(eventId: string, parts: Partial<OperationChange>): OperationChange {
  return { eventId, operations: [], steps: [], log: [], ...parts };
}

/** How an operation went, event by event, ending in this state. */
export function story(id: string, end: Partial<OperationInfo>): OperationChange[] {
  const child = operation("child", { parentId: id, title: "Provision app-1" });
  return [
    change("1", {
      operations: [operation(id), child],
      steps: [
        step(id, 0, { name: "servers", children: ["child"] }),
        step("child", 0, { name: "write-image", percent: 10 }),
      ],
    }),
    change("2", {
      steps: [step("child", 0, { name: "write-image", percent: 60, note: "writing" })],
      log: [{ operationId: "child", at: AT, step: "write-image", level: "info", message: "half \u001b[31mway" }],
    }),
    change("3", {
      operations: [operation(id, { endedAt: LATER, ...end }), { ...child, state: "done", ended: true, endedAt: LATER }],
      steps: [step("child", 0, { name: "write-image", state: "done" })],
    }),
  ];
}
