export type Tone = "good" | "busy" | "waiting" | "bad" | "idle";

/** How a state of any object looks. A state that nobody has named here looks idle, and is still shown by its name. */
const TONES: Readonly<Record<string, Tone>> = {
  active: "good",
  on: "good",
  available: "good",
  "in-use": "good",
  done: "good",
  published: "good",
  approved: "good",
  ready: "good",
  accepted: "good",
  enabled: "good",
  connected: "good",
  deploying: "busy",
  provisioning: "busy",
  running: "busy",
  queued: "busy",
  retiring: "busy",
  unwinding: "busy",
  undoing: "busy",
  inspecting: "busy",
  cleaning: "busy",
  making: "busy",
  checking: "busy",
  waiting: "waiting",
  parked: "waiting",
  stuck: "bad",
  unknown: "waiting",
  maintenance: "waiting",
  failed: "bad",
  rejected: "bad",
  refused: "bad",
  unreachable: "bad",
  "undo-failed": "bad",
  missing: "bad",
};

export function toneOf(state: string): Tone {
  return TONES[state] ?? "idle";
}

/** `in-use` → `In use`. */
export function labelOf(state: string): string {
  const words = state
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_.]/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
