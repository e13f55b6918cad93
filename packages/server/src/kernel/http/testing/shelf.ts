import { listQuery, pageOf } from "@berth/api/list.ts";
import { type Contract, route } from "@berth/api/route.ts";
import { z } from "zod";
import { AppError } from "../../errors.ts";
import { implement, type RouteSet } from "../handler.ts";

/** A small API for tests of the server and the client: things on a shelf, with every feature that a route can have. */
const Thing = z.object({ id: z.string(), version: z.number().int(), label: z.string() });
const params = z.strictObject({ id: z.string().min(1).max(100) });

export const shelfContract = {
  listThings: route({
    method: "GET",
    path: "/v1/things",
    tag: "things",
    rule: "signed-in",
    summary: "All things",
    query: listQuery(
      { color: z.string().optional(), heavy: z.boolean().optional(), tags: z.array(z.string()).optional() },
      ["name"],
    ),
    response: pageOf(z.object({ query: z.record(z.string(), z.unknown()) })),
  }),
  addThing: route({
    method: "POST",
    path: "/v1/things",
    tag: "things",
    rule: "signed-in",
    summary: "Adds a thing",
    body: z.strictObject({ label: z.string().max(50), fail: z.enum(["refuse", "crash"]).optional() }),
    response: Thing,
    status: 201,
    starts: true,
  }),
  getThing: route({
    method: "GET",
    path: "/v1/things/{id}",
    tag: "things",
    rule: "signed-in",
    summary: "One thing",
    params,
    response: Thing,
  }),
  relabelThing: route({
    method: "PUT",
    path: "/v1/things/{id}",
    tag: "things",
    rule: "signed-in",
    summary: "Another label",
    params,
    body: z.strictObject({ label: z.string() }),
    response: Thing,
    versioned: true,
  }),
  removeThing: route({
    method: "DELETE",
    path: "/v1/things/{id}",
    tag: "things",
    rule: "administrator",
    summary: "Removes a thing",
    params,
    response: z.object({}),
    status: 204,
  }),
  breakThing: route({
    method: "POST",
    path: "/v1/things/{id}/break",
    tag: "things",
    rule: "signed-in",
    summary: "Fails in some way",
    params,
    body: z.strictObject({ how: z.enum(["throw", "bad-answer", "null-byte"]) }),
    response: Thing,
  }),
  countUp: route({
    method: "GET",
    path: "/v1/count/{to}",
    tag: "things",
    rule: "signed-in",
    summary: "Counts, one number an event",
    params: z.strictObject({ to: z.number().int().min(0).max(1_000_000) }),
    query: z.strictObject({ failAt: z.number().int().optional(), pauseAt: z.number().int().optional() }),
    response: z.object({ eventId: z.string(), n: z.number() }),
    stream: true,
  }),
} satisfies Contract;

export interface Shelf {
  readonly things: Map<string, z.infer<typeof Thing>>;
  /** How often a thing was really added. */
  readonly effects: string[];
  /** `lastEventId` of each stream that was opened. */
  readonly resumed: (string | null)[];
  readonly set: RouteSet;
}

export function createShelf(): Shelf {
  const things = new Map<string, z.infer<typeof Thing>>();
  const effects: string[] = [];
  const resumed: (string | null)[] = [];
  const find = (id: string) => {
    const thing = things.get(id);
    if (thing === undefined) throw new AppError("not_found", "There is no such thing.");
    return thing;
  };
  const set = implement(shelfContract, {
    listThings: async ({ query }) => ({ items: [{ query }] }),
    addThing: async ({ body, log }) => {
      if (body.fail === "refuse") throw new AppError("conflict", "The shelf is full.", { reasons: ["buy another"] });
      if (body.fail === "crash") throw new Error("a bug, with the secret swordfish");
      effects.push(body.label);
      log.debug("thing added");
      // Long enough that the same request at the same time finds this one at work.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const thing = { id: `t${effects.length}`, version: 1, label: body.label };
      things.set(thing.id, thing);
      return thing;
    },
    getThing: async ({ params }) => find(params.id),
    relabelThing: async ({ params, body, ifMatch }) => {
      const thing = find(params.id);
      if (thing.version !== ifMatch) throw new AppError("precondition_failed", "It was changed meanwhile.");
      const changed = { ...thing, label: body.label, version: thing.version + 1 };
      things.set(thing.id, changed);
      return changed;
    },
    removeThing: async ({ params }) => {
      things.delete(find(params.id).id);
      return {};
    },
    breakThing: async ({ params, body }) => {
      switch (body.how) {
        case "throw":
          throw new Error("a bug, with the secret swordfish");
        case "bad-answer":
          return { id: params.id, version: "one, with the secret swordfish" as unknown as number, label: "" };
        case "null-byte":
          return { id: params.id, version: 1, label: "fine", secret: "swordfish" };
      }
    },
    countUp: async ({ params, query, lastEventId, signal }) => {
      resumed.push(lastEventId);
      return count({ from: Number(lastEventId ?? 0) + 1, to: params.to, ...query, signal });
    },
  });
  return { things, effects, resumed, set };
}

async function* count(options: {
  from: number;
  to: number;
  failAt?: number | undefined;
  pauseAt?: number | undefined;
  signal: AbortSignal;
}): AsyncGenerator<{ eventId: string; n: number }> {
  for (let n = options.from; n <= options.to; n += 1) {
    if (n === options.failAt) throw new AppError("unavailable", "It does not count further.");
    if (n === options.pauseAt) {
      await new Promise((resolve) => options.signal.addEventListener("abort", resolve, { once: true }));
    }
    yield { eventId: String(n), n };
  }
}
