/**
 * The lifecycle of a machine. `release` is also the undo of an occupation that may never have happened, so it is
 * allowed wherever nothing is to be given back, and changes nothing there; above all it does not bring a machine that
 * failed (its disk could not be wiped) back into its pools.
 */

// Read a row as: in this state these events are allowed, and this is where each leads.
const LIFECYCLE = {
  enrolled: { inspect: "inspecting", inspected: "available", release: "enrolled", fail: "failed", retire: "retired" },
  inspecting: { inspected: "available", release: "inspecting", fail: "failed" },
  available: { inspect: "inspecting", occupy: "in-use", fail: "failed", retire: "retired" },
  "in-use": { clean: "cleaning", release: "available", fail: "failed" },
  cleaning: { release: "available", fail: "failed" },
  failed: { inspect: "inspecting", clean: "cleaning", release: "failed", retire: "retired" },
  retired: { release: "retired" },
} as const satisfies Record<string, Record<string, string>>;

export type MachineState = keyof typeof LIFECYCLE;
export type MachineEvent = { [S in MachineState]: keyof (typeof LIFECYCLE)[S] }[MachineState];

/** The only way to change a machine's state; null where the event is not allowed. */
export function nextState(state: MachineState, event: MachineEvent): MachineState | null {
  const row: Partial<Record<MachineEvent, MachineState>> = LIFECYCLE[state];
  return row[event] ?? null;
}

/** What a machine is after an event, from whatever state: asking again for what already is so is no error. */
const GOAL: Record<MachineEvent, MachineState> = {
  inspect: "inspecting",
  inspected: "available",
  occupy: "in-use",
  clean: "cleaning",
  release: "available",
  fail: "failed",
  retire: "retired",
};

export function isAlready(state: MachineState, event: MachineEvent): boolean {
  return GOAL[event] === state;
}

/** The table itself, for the state diagram in the docs. */
export function lifecycle(): Record<string, Record<string, string>> {
  return LIFECYCLE;
}

export type MachineAction =
  | "inspect"
  | "power-on"
  | "power-off"
  | "reset"
  | "maintenance-on"
  | "maintenance-off"
  | "retire"
  | "delete";

export interface MachineFooting {
  readonly state: MachineState;
  readonly maintenance: boolean;
  /** It has a management controller that Berth knows. */
  readonly isManaged: boolean;
}

/**
 * What an administrator may ask of a machine; sent with it, so that no client keeps its own copy of these rules. Power
 * of a machine that serves needs the server's name with it, so it is in the list for `in-use` too.
 */
export function allowedActions({ state, maintenance, isManaged }: MachineFooting): MachineAction[] {
  if (state === "retired") return ["delete"];
  const isBusy = state === "inspecting" || state === "cleaning";
  const power: MachineAction[] = isManaged && !isBusy ? ["power-on", "power-off", "reset"] : [];
  const inspect: MachineAction[] = isManaged && nextState(state, "inspect") !== null ? ["inspect"] : [];
  const leave: MachineAction[] = nextState(state, "retire") !== null ? ["retire", "delete"] : [];
  return [...inspect, ...power, maintenance ? "maintenance-off" : "maintenance-on", ...leave];
}

const ACTIONS: readonly MachineAction[] = [
  "inspect",
  "power-on",
  "power-off",
  "reset",
  "maintenance-on",
  "maintenance-off",
  "retire",
  "delete",
];

/** Why each action that is not allowed is not, in words for whoever wants to ask for it. */
export function refusedActions(footing: MachineFooting, server: string | null): Record<string, string> {
  const allowed = new Set(allowedActions(footing));
  const refused = ACTIONS.filter((action) => !allowed.has(action));
  return Object.fromEntries(refused.map((action) => [action, whyNot(action, footing, server)]));
}

function whyNot(
  action: MachineAction,
  { state, maintenance, isManaged }: MachineFooting,
  server: string | null,
): string {
  if (state === "retired") return "it is retired: only its record is left";
  if (action === "maintenance-on" || action === "maintenance-off") {
    return maintenance ? "it is in maintenance already" : "it is not in maintenance";
  }
  if (state === "inspecting") return "it is being inspected just now";
  if (state === "cleaning") return "its disks are being wiped just now";
  if (!isManaged) return "Berth knows no management controller of it";
  const who = server === null ? "a server" : `server ${server}`;
  return action === "inspect"
    ? `it serves ${who}, and wears its identity`
    : `it serves ${who}: end that first, or move it elsewhere`;
}
