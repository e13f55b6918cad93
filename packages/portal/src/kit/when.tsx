import { useSyncExternalStore } from "react";
import { durationText, exactTime, relativeTime } from "./time-rules.ts";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

/** One clock for all times on the page; it stands still while nobody reads it. */
function onTick(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const told of listeners) told();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** The present time in ms; the component is drawn again when it changes by as much as is asked for. */
export function useNow(everyMs = 1_000): number {
  return useSyncExternalStore(onTick, () => Math.floor(now / everyMs) * everyMs);
}

export interface WhenProps {
  readonly at: string | null;
  /** The date itself instead of "3 days ago". */
  readonly exact?: boolean;
}

/** A moment: how long ago or ahead, and exactly when on hovering. */
export function When({ at, exact = false }: WhenProps) {
  const present = useNow(10_000);
  if (at === null) return <span className="berth-muted">never</span>;
  const time = Date.parse(at);
  const full = exactTime(time);
  return (
    <time dateTime={at} title={full}>
      {exact ? full : relativeTime(time, present)}
    </time>
  );
}

/** How long something took, or has been taking by now. */
export function Took({ from, to }: { readonly from: string; readonly to: string | null }) {
  return to === null ? <Running from={from} /> : <span>{durationText(Date.parse(to) - Date.parse(from))}</span>;
}

function Running({ from }: { readonly from: string }) {
  return <span>{durationText(Math.max(0, useNow() - Date.parse(from)))}</span>;
}
