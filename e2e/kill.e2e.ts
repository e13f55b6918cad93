import { randomInt } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { leftovers, type Truth } from "../packages/cli/src/demo/leftovers.ts";
import { serviceDeliver } from "../packages/server/src/deployments/service-deliver.ts";
import { serviceRetire } from "../packages/server/src/deployments/service-retire.ts";
import { bladeProvision } from "../packages/server/src/landing/blade-provision.ts";
import { bladeRetire } from "../packages/server/src/landing/blade-retire.ts";
import { vmProvision } from "../packages/server/src/landing/vm-provision.ts";
import { vmRetire } from "../packages/server/src/landing/vm-retire.ts";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { invariants } from "./invariants.ts";
import { makeTinyImage, publish, readTruth, until, untilDone, untilRequestEnds } from "./steps.ts";
import { twoTier } from "./templates.ts";

/**
 * SAFETY 4: a controller may be killed at any instruction. For every step of the workflows of a service, a controller is
 * killed (SIGKILL) before its effect, between effect and record, and after the record; another goes on. The service then
 * ends active or fully undone, and nothing is leaked. A run takes some of the cases, chosen by a seed that is printed;
 * `./berth test --all` takes them all.
 */
const DYING = join(import.meta.dirname, "dying-controller.ts");
const LIMIT_MS = 180_000;
const CASES_IN_CI = 10;
const POINTS = ["before", "after-effect", "after-record"] as const;

interface Case {
  readonly workflow: string;
  readonly step: string;
  readonly point: (typeof POINTS)[number];
  readonly isOnTheWayBack: boolean;
}

const ALL: readonly Case[] = [
  ...[serviceDeliver, vmProvision, bladeProvision].flatMap((workflow) => casesOf(workflow, false)),
  ...[serviceRetire, vmRetire, bladeRetire].flatMap((workflow) => casesOf(workflow, true)),
];
const seed = Number(process.env.E2E_SEED ?? randomInt(1_000_000));
const chosen = inject("all") ? ALL : pick(ALL, CASES_IN_CI, seed);

let house: House;
let before: Truth;

beforeAll(async () => {
  house = await startHouse({ blades: 2, hosts: 2 });
  const first = await house.startController();
  await moveIn(house, first.api);
  await makeTinyImage(first.api);
  await publish(first.api, twoTier);
  await first.kill("SIGTERM");
  before = await readTruth(house);
});

afterAll(async () => {
  await house?.stop();
});

describe(`controllers killed at ${chosen.length} of ${ALL.length} points (E2E_SEED=${seed})`, () => {
  it.each(
    chosen.map((wanted, index) => [`${wanted.workflow}, ${wanted.step}, ${wanted.point}`, wanted, index] as const),
  )("%s", async (_name, wanted, index) => {
    const service = `kill-${index}`;
    const { survivor, hasDied } = await liveAndDie(service, wanted);
    try {
      expect(hasDied).toBe(true);
      const request = await untilRequestEnds(survivor.api, service, LIMIT_MS);
      // Killed after the last step of the way back, it has ended already.
      const ends = wanted.isOnTheWayBack ? ["active", "ended"] : ["active", "failed"];
      expect(ends, `${request.state}: ${request.reason}`).toContain(request.state);
      if (request.state === "active") {
        const deleted = await survivor.api.deleteService({ params: { id: service } }).catch(() => null);
        if (deleted !== null) await untilDone(survivor.api, deleted.operationId, LIMIT_MS);
      }
      await untilRetired(survivor, service);
      expect(await invariants(house)).toEqual([]);
      const left = leftovers(before, await readTruth(house), {
        ignore: [/\/volumes\/berth-image-/, /\/diskAllocatedBytes$/],
      });
      expect(left).toEqual([]);
    } finally {
      await survivor.kill("SIGTERM");
    }
  });
});

/** Lets a service live on a controller that dies at the named point, and starts another one then. */
async function liveAndDie(service: string, wanted: Case): Promise<{ survivor: RunningController; hasDied: boolean }> {
  const dieAt = `${wanted.workflow}/${wanted.step}/${wanted.point}/forward`;
  await rm(join(house.dir, "died-at"), { force: true });
  const doomed = await house.startController({ script: DYING, env: { E2E_DIE_AT: dieAt } });
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const wish = { service, template: "two-tier", completion: "x", email: "ops@example.org", endsAt, pools: ["default"] };
  // Wherever it dies, what was asked of it may or may not have been answered.
  const life = (async () => {
    await doomed.api.createRequest({ body: wish });
    await doomed.api.approveRequest({ params: { id: service }, body: {} });
    if (!wanted.isOnTheWayBack) return;
    await untilRequestEnds(doomed.api, service, LIMIT_MS);
    await doomed.api.deleteService({ params: { id: service } });
  })().catch(() => {});
  const timer = setTimeout(() => void doomed.kill("SIGTERM"), LIMIT_MS);
  await doomed.ended;
  clearTimeout(timer);
  const diedAt = await readFile(join(house.dir, "died-at"), "utf8").catch(() => "");
  const survivor = await house.startController();
  await life;
  // One that died before its request was approved could not be asked for that any more.
  const request = await survivor.api.getRequest({ params: { id: service } });
  if (request.state === "waiting") await survivor.api.approveRequest({ params: { id: service }, body: {} });
  return { survivor, hasDied: diedAt === dieAt };
}

async function untilRetired(controller: RunningController, service: string): Promise<void> {
  await until(
    () => controller.api.getService({ params: { id: service } }),
    (seen) => ["retired", "failed"].includes(seen.state),
    {
      limitMs: LIMIT_MS,
      what: (seen) => `service ${service} is still ${seen.state}`,
    },
  );
}

function casesOf(
  workflow: { name: string; steps: readonly { name: string; kind: string }[] },
  isOnTheWayBack: boolean,
): Case[] {
  return workflow.steps.flatMap((step) =>
    // A database step's effect and record are one transaction: there is no "between".
    POINTS.filter((point) => step.kind === "effect" || point !== "after-effect").map((point) => ({
      workflow: workflow.name,
      step: step.name,
      point,
      isOnTheWayBack,
    })),
  );
}

/** Some of the cases, the same for the same seed (a linear congruential generator shuffles them). */
function pick(cases: readonly Case[], count: number, from: number): Case[] {
  let state = from;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state;
  };
  return cases
    .map((wanted) => ({ wanted, rank: next() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ wanted }) => wanted);
}
