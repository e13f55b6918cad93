// Read a row as: in this state these events are allowed, and this is where each leads.
const LIFECYCLE = {
  enrolled: { seen: "available", lost: "unreachable", fail: "failed", retire: "retired" },
  available: { seen: "available", lost: "unreachable", fail: "failed", retire: "retired" },
  unreachable: { seen: "available", lost: "unreachable", fail: "failed", retire: "retired" },
  // What it lacks (its storage pool) may be there again at the next look.
  failed: { seen: "available", lost: "unreachable", fail: "failed", retire: "retired" },
  retired: {},
} as const satisfies Record<string, Record<string, string>>;

export type HostState = keyof typeof LIFECYCLE;
export type HostEvent = { [S in HostState]: keyof (typeof LIFECYCLE)[S] }[HostState];

/** The only way to change a host's state; null where the event is not allowed. */
export function nextHostState(state: HostState, event: HostEvent): HostState | null {
  const row: Partial<Record<HostEvent, HostState>> = LIFECYCLE[state];
  return row[event] ?? null;
}

export function hostLifecycle(): Record<string, Record<string, string>> {
  return LIFECYCLE;
}

export type HostAction = "refresh" | "maintenance-on" | "maintenance-off" | "delete";

/** Sent with every host, so that no client keeps its own copy of these rules. */
export function allowedHostActions(state: HostState, maintenance: boolean): HostAction[] {
  if (state === "retired") return [];
  return ["refresh", maintenance ? "maintenance-off" : "maintenance-on", "delete"];
}

const ACTIONS: readonly HostAction[] = ["refresh", "maintenance-on", "maintenance-off", "delete"];

/** Why each action that is not allowed is not. */
export function refusedHostActions(state: HostState, maintenance: boolean): Record<string, string> {
  const allowed = new Set(allowedHostActions(state, maintenance));
  const why = (action: HostAction) => {
    if (state === "retired") return "it is retired: only its record is left";
    return action === "maintenance-on" ? "it is in maintenance already" : "it is not in maintenance";
  };
  return Object.fromEntries(ACTIONS.filter((action) => !allowed.has(action)).map((action) => [action, why(action)]));
}

interface Answer {
  readonly storagePools: readonly { readonly name: string }[];
}

/** What a host's answer, or its silence (null), is for its lifecycle, and why. */
export function judgeHost(answer: Answer | null, storagePool: string): { event: HostEvent; reason: string | null } {
  if (answer === null) return { event: "lost", reason: "its hypervisor does not answer" };
  if (answer.storagePools.some((pool) => pool.name === storagePool)) return { event: "seen", reason: null };
  const there = answer.storagePools.map((pool) => pool.name).join(", ") || "none";
  return { event: "fail", reason: `it has no storage pool ${storagePool}; there are: ${there}` };
}
