import type { OperationChange } from "@berth/api/operation.ts";
import type { Db } from "../db/db.ts";
import type { EventFeed, EventPosition, EventRow } from "../events/feed.ts";
import { readOperation, readParts, readTree } from "./operation-read.ts";
import { isEnded } from "./operation-rules.ts";

/**
 * An operation and all below it as a stream: first everything, then what has changed, until it has ended. Events only
 * say what to look at: what is sent is how things are now, so a slow client gets fewer and never outdated ones.
 */
export async function* watchOperation(
  deps: { readonly db: Db; readonly feed: EventFeed },
  operation: { readonly id: string; readonly rootId: string },
  lastEventId: string | null,
  signal: AbortSignal,
): AsyncIterable<OperationChange> {
  const { db, feed } = deps;
  const resumed = lastEventId === null ? null : readEventId(lastEventId);
  const at = resumed ?? { ...(await feed.position()), logId: 0 };
  let logId = at.logId;
  if (resumed === null) {
    const tree = await readTree(db, operation.id);
    logId = tree.lastLogId;
    yield { eventId: writeEventId(at, logId), operations: tree.operations, steps: tree.steps, log: tree.log };
  }
  // It may have ended before anybody listened: then no event will come.
  if (await hasEnded(db, operation.id)) {
    if (resumed !== null) yield { ...(await everything(db, operation.id)), eventId: writeEventId(at, logId) };
    return;
  }
  for await (const batch of feed.follow({ rootId: operation.rootId }, at, signal)) {
    // Asked before the parts are read: so the last change sent shows the end.
    const ended = await hasEnded(db, operation.id);
    const parts = await readParts(db, operation.id, touchedBy(batch.events), logId);
    logId = parts.lastLogId;
    const isNews = parts.operations.length + parts.steps.length + parts.log.length > 0;
    const eventId = writeEventId(batch.position, logId);
    if (ended) {
      yield { ...(await everything(db, operation.id)), log: parts.log, eventId };
      return;
    }
    if (isNews) yield { eventId, operations: parts.operations, steps: parts.steps, log: parts.log };
  }
}

async function everything(db: Db, id: string): Promise<Omit<OperationChange, "eventId">> {
  const { operations, steps } = await readTree(db, id);
  return { operations, steps, log: [] };
}

async function hasEnded(db: Db, id: string): Promise<boolean> {
  return isEnded((await readOperation(db, id))?.state ?? "done");
}

function touchedBy(events: readonly EventRow[]) {
  const operations = new Set<string>();
  const steps = new Map<string, Set<number>>();
  for (const event of events) {
    if (event.subjectKind !== "operation") continue;
    const position = event.kind.startsWith("step.") ? positionOf(event.data) : null;
    if (position === null) operations.add(event.subjectId);
    else steps.set(event.subjectId, (steps.get(event.subjectId) ?? new Set()).add(position));
  }
  return { operations, steps };
}

function positionOf(data: unknown): number | null {
  const isStep = typeof data === "object" && data !== null && "position" in data && typeof data.position === "number";
  return isStep ? (data.position as number) : null;
}

function writeEventId(at: EventPosition, logId: number): string {
  return `${at.xid}-${at.id}-${logId}`;
}

/** Null for one that is not ours: the stream then begins afresh. */
function readEventId(text: string): (EventPosition & { logId: number }) | null {
  const match = /^(\d{1,19})-(\d{1,15})-(\d{1,15})$/.exec(text);
  if (match === null) return null;
  return { xid: match[1] ?? "0", id: Number(match[2]), logId: Number(match[3]) };
}
