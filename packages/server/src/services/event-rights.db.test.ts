import type { EventInfo } from "@berth/api/event.ts";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { createEventFeed } from "../kernel/events/feed.ts";
import { eventRoutes } from "../kernel/events/routes.ts";
import type { Actor, RouteRequest } from "../kernel/http/handler.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { silentLog } from "../kernel/log.ts";
import { eventsSeen } from "./event-rights.ts";

const ADA = "00000000-0000-7000-8000-00000000000a";
const ada = testActor(ADA);
const stranger = testActor("00000000-0000-7000-8000-00000000000b");
const operator = testActor("00000000-0000-7000-8000-00000000000c", "operator");
const architect = testActor("00000000-0000-7000-8000-00000000000d", "architect");

let test: TestDb;
let watchEvents: (request: RouteRequest<never>) => Promise<AsyncIterable<EventInfo>>;

beforeAll(async () => {
  test = await createTestDb();
  const feed = createEventFeed({ db: test.db, log: silentLog });
  const { handlers } = eventRoutes({ feed, seen: eventsSeen, gatherMs: 0 });
  watchEvents = handlers.watchEvents as unknown as typeof watchEvents;
});
afterAll(() => test.drop());

/** Each one's events from before something happened, up to the mark that is written after it. */
async function tellAll(actors: readonly Actor[], happen: () => Promise<void>, lastEventId: string | null = null) {
  const enough = new AbortController();
  const streams = await Promise.all(
    actors.map((actor) => watchEvents({ actor, lastEventId, signal: enough.signal } as never)),
  );
  await happen();
  // Whoever is told of nothing else is told of the mark: it belongs to an operation of everybody's own.
  await Promise.all(actors.map((actor) => insertOperation(`mark-${actor.userId}`, actor.userId ?? "")));
  const told = await Promise.all(streams.map(untilMark));
  enough.abort();
  return told;
}

async function untilMark(stream: AsyncIterable<EventInfo>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of stream) {
    if (event.subjectId.startsWith("mark-")) break;
    seen.push(`${event.kind} ${event.subjectId}`);
  }
  return seen;
}

let marks = 0;
async function insertOperation(id: string, userId: string): Promise<void> {
  marks += 1;
  const unique = id.startsWith("mark-") ? `${id}-${marks}` : id;
  await sql`insert into operation (id, root_id, workflow, title, subject_kind, subject_id, user_id, input)
    values (${unique}, ${unique}, 'w', 'a title', 'thing', 'x', ${userId}, '{}')`.execute(test.db);
}

async function insertStep(operationId: string, state: "running" | "done"): Promise<void> {
  await sql`insert into operation_step (operation_id, position, kind, name, state, input)
    values (${operationId}, 1, 'effect', 'a step', ${state}, '{}')
    on conflict (operation_id, position) do update set state = ${state}`.execute(test.db);
}

it("tells of an operation whoever sees it, and nobody else", async () => {
  const told = await tellAll([ada, stranger, operator], () => insertOperation("hers", ADA));
  expect(told).toEqual([["operation.queued hers"], [], ["operation.queued hers"]]);
});

it("tells of machines those who read the estate", async () => {
  const told = await tellAll([ada, operator, architect], async () => {
    await sql`insert into event (subject_kind, subject_id, kind) values ('machine', 'm1', 'machine.available')`.execute(
      test.db,
    );
  });
  expect(told).toEqual([[], ["machine.available m1"], ["machine.available m1"]]);
});

it("tells of several events of one object at once only the last, and of steps apart", async () => {
  await insertOperation("busy", ADA);
  const [told] = await tellAll([ada], async () => {
    await test.db.transaction().execute(async (tx) => {
      for (const state of ["running", "waiting", "running", "done"])
        await sql`update operation set state = ${state} where id = 'busy'`.execute(tx);
    });
    await insertStep("busy", "done");
  });
  expect(told).toEqual(["operation.done busy", "step.done busy"]);
});

it("goes on behind the last event that was seen", async () => {
  const enough = new AbortController();
  const stream = await watchEvents({ actor: ada, lastEventId: null, signal: enough.signal } as never);
  await insertOperation("before", ADA);
  let lastEventId = "";
  for await (const event of stream) {
    lastEventId = event.eventId;
    break;
  }
  enough.abort();
  await insertOperation("meanwhile", ADA);
  const [told] = await tellAll([ada], async () => {}, lastEventId);
  expect(told).toEqual(["operation.queued meanwhile"]);
});
