/** Whether Berth answers just now, and whether it still knows us. One per page, outside React: the client tells it. */
export type Connection = "connected" | "lost";
/** What speaks with the controller: the live stream, or calls. */
type Speaker = "controller" | "events";

interface State {
  readonly connection: Connection;
  readonly isSignedOut: boolean;
}

let state: State = { connection: "connected", isSignedOut: false };
const lost = new Set<Speaker>();
const listeners = new Set<() => void>();

export function connectionState(): State {
  return state;
}

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function lostWith(speaker: Speaker): void {
  lost.add(speaker);
  set({ ...state, connection: "lost" });
}

/** An answer to any call shows that the controller is there, whatever it says. */
export function heardFrom(speaker: Speaker): void {
  lost.delete(speaker);
  if (lost.size === 0) set({ ...state, connection: "connected" });
}

export function sessionEnded(): void {
  set({ ...state, isSignedOut: true });
}

export function sessionBegun(): void {
  set({ ...state, isSignedOut: false });
}

function set(next: State): void {
  if (next.connection === state.connection && next.isSignedOut === state.isSignedOut) return;
  state = next;
  for (const listener of listeners) listener();
}
