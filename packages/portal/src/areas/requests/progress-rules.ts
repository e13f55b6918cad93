import type { OperationInfo, OperationLogLine, OperationStep, UsualDuration } from "@berth/api/operation.ts";

/** What is needed of an operation and all below it: `getOperation`'s answer has it. */
export interface Deployment {
  readonly id: string;
  readonly operations: readonly OperationInfo[];
  readonly steps: readonly OperationStep[];
  readonly log: readonly OperationLogLine[];
}

/** What people wait through in front of the screen; approval and start date, which come before, wait for people and dates. */
export type PhaseId = "prepare" | "servers" | "set-up" | "ready";
export type PhaseState = "next" | "running" | "done" | "failed" | "undone";

export interface Phase {
  readonly id: PhaseId;
  readonly title: string;
  readonly state: PhaseState;
  /** From 0 to 100, where there is something to count. */
  readonly percent: number | null;
  readonly note: string | null;
  readonly tookMs: number | null;
  /** How long it usually takes; null when nothing like it has been done before. */
  readonly usualMs: number | null;
}

const TITLES: Record<PhaseId, string> = {
  prepare: "Preparation",
  servers: "Making the servers",
  "set-up": "Setting up what runs on them",
  ready: "Handing over",
};

const PHASES: readonly PhaseId[] = ["prepare", "servers", "set-up", "ready"];

function rootSteps(deployment: Deployment): OperationStep[] {
  return deployment.steps
    .filter((step) => step.operationId === deployment.id)
    .toSorted((a, b) => a.position - b.position);
}

/** Which phase each step of the delivery belongs to: hooks before the servers prepare, those after set up. */
function phaseSteps(deployment: Deployment): ReadonlyMap<PhaseId | null, readonly OperationStep[]> {
  const steps = rootSteps(deployment);
  const serversAt = steps.find((step) => step.name === "children")?.position ?? Number.POSITIVE_INFINITY;
  return Map.groupBy(steps, (step) => phaseOf(step, serversAt));
}

function phaseOf(step: OperationStep, serversAt: number): PhaseId | null {
  switch (step.name) {
    case "hold-reservation":
    case "approval":
    case "start date":
      return null;
    case "children":
      return "servers";
    case "mark-active":
      return "ready";
    default:
      return step.position < serversAt ? "prepare" : "set-up";
  }
}

/** The progress of a delivery in a few words that everybody understands. */
export function phasesOf(deployment: Deployment, usual: ReadonlyMap<PhaseId, number>, now: Date): Phase[] {
  const steps = phaseSteps(deployment);
  const phases = PHASES.map((id) => {
    const own = steps.get(id) ?? [];
    return {
      id,
      title: TITLES[id],
      state: stateOf(own),
      percent: id === "servers" ? serversPercent(deployment, own) : null,
      note: id === "servers" ? serversNote(deployment, own) : noteOf(own),
      tookMs: durationMs(own, now),
      usualMs: usual.get(id) ?? null,
    };
  });
  if (goesBack(deployment)) return asUndone(phases.filter((phase) => phase.state !== "next"));
  return phases.filter((phase, i) => phase.state !== "next" || isAhead(phases, i));
}

/** A phase that was skipped, as later ones have begun, is none. */
function isAhead(phases: readonly Phase[], i: number): boolean {
  return phases.slice(i + 1).every((later) => later.state === "next");
}

const BACK: readonly OperationInfo["state"][] = ["unwinding", "failed", "cancelled", "undone"];

function goesBack(deployment: Deployment): boolean {
  const root = deployment.operations.find((operation) => operation.id === deployment.id);
  return root !== undefined && BACK.includes(root.state);
}

/** On its way back, the last phase that had begun is the one that failed; all before it were, or are being, undone. */
function asUndone(phases: readonly Phase[]): Phase[] {
  return phases.map((phase, i) => ({
    ...phase,
    note: null,
    percent: null,
    state: i === phases.length - 1 ? "failed" : "undone",
  }));
}

function stateOf(steps: readonly OperationStep[]): PhaseState {
  if (steps.length === 0) return "next";
  if (steps.some((step) => ["failed", "undoing", "undone", "undo-failed"].includes(step.state))) return "failed";
  return steps.every((step) => step.state === "done" || step.state === "kept") ? "done" : "running";
}

function noteOf(steps: readonly OperationStep[]): string | null {
  return steps.findLast((step) => step.state === "running")?.note ?? null;
}

function childrenOf(deployment: Deployment, steps: readonly OperationStep[]): OperationInfo[] {
  const ids = new Set(steps.flatMap((step) => step.children));
  return deployment.operations.filter((operation) => ids.has(operation.id));
}

function serversNote(deployment: Deployment, steps: readonly OperationStep[]): string | null {
  const children = childrenOf(deployment, steps);
  if (children.length === 0) return null;
  const ready = children.filter((child) => child.state === "done" || child.state === "accepted").length;
  return `${ready} of ${children.length} ready`;
}

/** How many steps a server takes can't be known before; so each counts by what it has done of those like it. */
const STEPS_OF_SERVER = 8;

function serversPercent(deployment: Deployment, steps: readonly OperationStep[]): number | null {
  const children = childrenOf(deployment, steps);
  if (children.length === 0) return null;
  const parts = children.map((child) => {
    if (child.ended) return 1;
    const own = deployment.steps.filter((step) => step.operationId === child.id);
    const done = own.filter((step) => step.state === "done").length;
    const within = own.find((step) => step.state === "running")?.percent ?? 0;
    return Math.min(0.99, (done + within / 100) / STEPS_OF_SERVER);
  });
  return Math.floor((100 * parts.reduce((sum, part) => sum + part, 0)) / children.length);
}

function durationMs(steps: readonly OperationStep[], now: Date): number | null {
  const first = steps[0];
  if (first === undefined) return null;
  const ends = steps.map((step) => (step.endedAt === null ? now.getTime() : Date.parse(step.endedAt)));
  return Math.max(0, Math.max(...ends) - Date.parse(first.startedAt));
}

const DELIVERY = "service-deliver";
/** Hooks before the servers are rare: those of a delivery count for what comes after. */
const STEPS_OF_PHASE: Record<PhaseId, readonly string[]> = {
  prepare: ["begin-deployment"],
  servers: ["children"],
  "set-up": ["run-hook"],
  ready: ["mark-active"],
};

/** How long each phase usually takes, out of how long its steps do and how many of them a delivery usually has. */
export function usualTimes(durations: readonly UsualDuration[]): ReadonlyMap<PhaseId, number> {
  const delivery = durations.filter(({ workflow }) => workflow === DELIVERY);
  const whole = delivery.find(({ step }) => step === null);
  if (whole === undefined) return new Map();
  return new Map(
    PHASES.map((id) => {
      const steps = delivery.filter(({ step }) => step !== null && STEPS_OF_PHASE[id].includes(step));
      return [id, steps.reduce((sum, { medianMs, runs }) => sum + (medianMs * runs) / whole.runs, 0)] as const;
    }),
  );
}

/** What is left of all phases by the usual times; null when they are not known, or when nothing is being done. */
export function remainingMs(phases: readonly Phase[]): number | null {
  const open = phases.filter((phase) => phase.state === "running" || phase.state === "next");
  if (!phases.some((phase) => phase.state === "running") || open.some((phase) => phase.usualMs === null)) return null;
  return open.reduce((sum, phase) => {
    const usual = phase.usualMs ?? 0;
    return sum + (phase.state === "running" ? Math.max(0, usual - (phase.tookMs ?? 0)) : usual);
  }, 0);
}

export interface Failure {
  /** What was being done: `install on shop-db-1`. */
  readonly where: string;
  readonly cause: string;
  readonly attempts: number;
  /** The last lines of its log, oldest first. */
  readonly lines: readonly OperationLogLine[];
}

const LAST_LINES = 12;

/** The step that failed first and deepest: those above it only failed with it. */
export function failureOf(deployment: Deployment): Failure | null {
  const operations = new Map(deployment.operations.map((operation) => [operation.id, operation]));
  const failed = deployment.steps
    .filter((step) => step.error !== null && step.children.length === 0)
    .toSorted((a, b) => (a.endedAt ?? "9").localeCompare(b.endedAt ?? "9"));
  const step = failed.find((candidate) => candidate.operationId !== deployment.id) ?? failed[0];
  if (step === undefined) {
    const operation = deployment.operations.find((candidate) => candidate.error !== null);
    if (operation === undefined) return null;
    return { where: operation.title, cause: operation.error ?? "", attempts: 1, lines: lastLines(deployment, null) };
  }
  const title = operations.get(step.operationId)?.title ?? "";
  return {
    where: title === "" ? step.name : `${step.name}, ${title}`,
    cause: step.error ?? "",
    attempts: step.attempt,
    lines: lastLines(deployment, step.operationId),
  };
}

function lastLines(deployment: Deployment, operationId: string | null): OperationLogLine[] {
  const own = deployment.log.filter((line) => operationId === null || line.operationId === operationId);
  return (own.length > 0 ? own : deployment.log).slice(-LAST_LINES);
}
