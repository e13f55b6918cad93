import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { contract } from "@berth/api/contract.ts";
import { jsonSchemaOf } from "@berth/api/fields.ts";
import { Problem } from "@berth/api/problem.ts";
import type { Contract, Route } from "@berth/api/route.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { type Asked, ask, type Reply } from "./people.ts";
import { createRandom, type Sampling, sampleOf, sampleOfPath } from "./samples.ts";
import { makeTinyImage, publish, untilActive } from "./steps.ts";
import { twoTier } from "./templates.ts";

/**
 * Requests that nearly fit, to every route of a running controller: whatever is asked, the answer is what the contract
 * says or a problem with a reason, never an error of ours, and soon. What is asked follows from a seed that is printed.
 */
const seed = Number(process.env.E2E_SEED ?? randomInt(1_000_000));
const rounds = inject("all") ? 150 : 12;
const SLOW_MS = 2_000;
/** They would end the session that asks. */
const LEFT_OUT = ["logout", "changePassword"];
const MAY_FAIL = [503, 507];

const isRemoval = ([, route]: [string, Route]) => route.method === "DELETE";
const routes = Object.entries(contract as Contract).filter(([operation]) => !LEFT_OUT.includes(operation));
/** What takes things away comes last: before, there is more to meet. */
const ordered = [...routes.filter((entry) => !isRemoval(entry)), ...routes.filter(isRemoval)];

let house: House;
let controller: RunningController;
let sampling: Sampling;

beforeAll(async () => {
  house = await startHouse({ blades: 2, hosts: 2 });
  controller = await house.startController();
  const { api } = controller;
  await moveIn(house, api);
  await makeTinyImage(api);
  await publish(api, twoTier);
  const days = 24 * 3_600_000;
  const wish = {
    template: "two-tier",
    completion: "a",
    email: "ada@example.org",
    endsAt: new Date(Date.now() + 7 * days).toISOString(),
  };
  const shop = await api.createRequest({ body: { ...wish, service: "shop" } });
  await api.approveRequest({ params: { id: shop.id }, body: {} });
  await untilActive(api, shop.id, 120_000);
  const { items: machines } = await api.listMachines();
  const { items: hosts } = await api.listHosts();
  const names = [...machines, ...hosts].map(({ name }) => name);
  const known = ["shop", "two-tier", "two-tier@1", "tiny", "tiny@1", "default", "lan", house.lab.site.name, ...names];
  sampling = {
    random: createRandom(seed),
    known: [...known, ...shop.reserved.map(({ name }) => name), shop.id, shop.serviceId, "name-1"],
  };
});

afterAll(async () => {
  await house?.stop();
});

describe(`every route, ${rounds} times (E2E_SEED=${seed})`, () => {
  it.each(ordered)("%s: answers with what the contract says, or a reason", async (_operation, route) => {
    const count = route.stream === true ? Math.min(rounds, 5) : rounds;
    for (let i = 0; i < count; i += 1) {
      const asked = askedOf(route);
      const reply = await askAgainIfSlow(route, asked);
      const problem = problemOf(route, reply);
      expect(problem, `${route.method} ${route.path} ${JSON.stringify(asked).slice(0, 1_000)}`).toBeNull();
    }
  });

  it("left the controller running, ready, and without an error in its log", async () => {
    expect((await fetch(new URL("/readyz", controller.url))).status).toBe(200);
    const lines = (await readFile(controller.logFile, "utf8"))
      .split("\n")
      .filter((line) => line.includes('"level":50'));
    expect(lines.slice(0, 5)).toEqual([]);
  });
});

function askedOf(route: Route): Asked {
  const names = [...route.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
  const params = Object.fromEntries(names.map((name) => [name, sampleOfPath(sampling)]));
  const query = route.query === undefined ? undefined : sampleOf(jsonSchemaOf(route.query, "input"), sampling);
  const body =
    route.body === undefined ? undefined : tamed(route, sampleOf(jsonSchemaOf(route.body, "input"), sampling));
  const isObject = typeof query === "object" && query !== null && !Array.isArray(query);
  return {
    params,
    ...(isObject ? { query: textsOf(query as Record<string, unknown>) } : {}),
    ...(body === undefined ? {} : { body }),
  };
}

/** An image of a whole system takes minutes. */
function tamed(route: Route, body: unknown): unknown {
  if (route !== contract.buildImage || typeof body !== "object" || body === null) return body;
  return { ...body, recipe: "stand-in" };
}

function textsOf(query: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

/** The computer may have been busy with something else: what takes long takes long again. */
async function askAgainIfSlow(route: Route, asked: Asked): Promise<Reply> {
  const token = controller.token;
  const reply = await ask(controller.url, token, route, asked);
  return reply.tookMs < SLOW_MS ? reply : ask(controller.url, token, route, asked);
}

function problemOf(route: Route, { status, body, tookMs }: Reply): string | null {
  if (tookMs >= SLOW_MS) return `took ${Math.round(tookMs)} ms, twice`;
  if (status >= 200 && status < 400) return status === (route.status ?? 200) ? null : `answered ${status}`;
  const known = Problem.safeParse(body);
  if (!known.success) return `answered ${status} with ${JSON.stringify(body)}`;
  if (status >= 500 && !MAY_FAIL.includes(status)) return `answered ${status}: ${known.data.detail}`;
  return known.data.detail === "" ? "gives no reason" : null;
}
