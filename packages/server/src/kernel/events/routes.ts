import { setTimeout as sleep } from "node:timers/promises";
import { type EventInfo, eventContract } from "@berth/api/event.ts";
import type { RawBuilder } from "kysely";
import { type Actor, implement, type RouteSet } from "../http/handler.ts";
import type { EventBatch, EventFeed, EventPosition, EventRow } from "./feed.ts";

export interface EventDeps {
  readonly feed: EventFeed;
  /** Whose events somebody is told of, as a condition over `event`: what they are about is known above the kernel. */
  readonly seen: (actor: Actor) => RawBuilder<boolean>;
  readonly gatherMs?: number;
}

/** Many watch, and whatever they are told they look at: so each is told at most this often. */
const GATHER_MS = 500;
/** Then the caller comes again, and shows that his session or token is still worth something. */
const LONGEST_MS = 15 * 60_000;

export function eventRoutes({ feed, seen, gatherMs = GATHER_MS }: EventDeps): RouteSet {
  return implement(eventContract, {
    watchEvents: async ({ actor, lastEventId, signal }) => {
      // Before the answer begins: whoever has it may rely on being told of all that comes after.
      const from = (lastEventId === null ? null : readEventId(lastEventId)) ?? (await feed.position());
      const enough = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
      return watch(feed.follow({ seen: seen(actor) }, from, enough), { gatherMs, signal: enough });
    },
  });
}

async function* watch(
  batches: AsyncIterable<EventBatch>,
  { gatherMs, signal }: { readonly gatherMs: number; readonly signal: AbortSignal },
): AsyncIterable<EventInfo> {
  for await (const batch of batches) {
    yield* lastOfEach(batch.events).map(eventInfo);
    await sleep(gatherMs, undefined, { signal }).catch(() => {});
  }
}

/** Each object's last event, in their order. Steps are apart: they must not hide that their operation has ended. */
function lastOfEach(events: readonly EventRow[]): EventRow[] {
  const last = new Map<string, EventRow>();
  for (const event of events) {
    const key = `${event.kind.split(".", 1)[0]} ${event.subjectKind} ${event.subjectId}`;
    // Away first: a map keeps the place where a key first came.
    last.delete(key);
    last.set(key, event);
  }
  return [...last.values()];
}

function eventInfo({ xid, id, kind, subjectKind, subjectId, at }: EventRow): EventInfo {
  return { eventId: `${xid}-${id}`, kind, subjectKind, subjectId, at: at.toISOString() };
}

/** Null for one that is not ours: the stream then begins now. */
function readEventId(text: string): EventPosition | null {
  const match = /^(\d{1,19})-(\d{1,15})$/.exec(text);
  return match === null ? null : { xid: match[1] ?? "0", id: Number(match[2]) };
}
