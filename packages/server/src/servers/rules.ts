import { createHash } from "node:crypto";

// Read a row as: in this state these events are allowed, and this is where each leads.
const LIFECYCLE = {
  defined: { reserve: "reserved", release: "retired" },
  reserved: { provision: "provisioning", release: "retired" },
  provisioning: { done: "active", undone: "reserved", fail: "failed" },
  // `reopen` is the way back of a provisioning whose service failed elsewhere.
  active: { deactivate: "inactive", retire: "retiring", reopen: "provisioning" },
  inactive: { activate: "active", retire: "retiring" },
  retiring: { done: "retired", fail: "failed" },
  failed: { retire: "retiring", release: "retired" },
  retired: {},
} as const satisfies Record<string, Record<string, string>>;

export type ServerState = keyof typeof LIFECYCLE;
export type ServerEvent = { [S in ServerState]: keyof (typeof LIFECYCLE)[S] }[ServerState];

/** The only way to change a server's state; null where the event is not allowed. */
export function nextState(state: ServerState, event: ServerEvent): ServerState | null {
  const row: Partial<Record<ServerEvent, ServerState>> = LIFECYCLE[state];
  return row[event] ?? null;
}

/** The table itself, for the state diagram in the docs. */
export function lifecycle(): Record<string, Record<string, string>> {
  return LIFECYCLE;
}

export type ServerAction = "start" | "stop" | "restart";

/** Whatever we make outside bears the server's id, so a retry finds the first attempt's thing instead of making another. */
export const vmName = (serverId: string): string => `berth-${serverId}`;
export const seedVolume = (serverId: string): string => `berth-${serverId}-seed`;
export const installDeployment = (serverId: string): string => stableId(serverId, "install");
export const wipeDeployment = (serverId: string): string => stableId(serverId, "wipe");

/** A UUID (version 8, RFC 9562) made of another id and a purpose: the same again on every controller. */
function stableId(id: string, purpose: string): string {
  const hex = createHash("sha256").update(`${purpose}:${id}`).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Names never look like an id, so a text is one or the other. */
export const isUuid = (text: string): boolean => UUID.test(text);
