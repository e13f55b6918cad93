import { type Api, type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { makeTinyImage, publish, untilActive, untilRequestEnds } from "./steps.ts";
import { twoTier, vms } from "./templates.ts";

export interface PortalHouse {
  readonly house: House;
  readonly controller: RunningController;
  stop(): Promise<void>;
}

/** A deadline against hangs, no measure. */
const LIMIT_MS = 240_000;
const WEEK_MS = 7 * 24 * 3_600_000;

/** A house on the simulated lab, with an image and templates in the catalogue: where pages have something to show. */
export async function startPortalHouse(): Promise<PortalHouse> {
  const house = await startHouse({ blades: 4, hosts: 2 });
  try {
    const controller = await house.startController();
    const { api } = controller;
    await moveIn(house, api);
    await makeTinyImage(api);
    const failing = ["echo the licence server does not answer >&2", "exit 3"];
    const templates = [twoTier, vms({ name: "web", count: 2 }), vms({ name: "bad-hook", count: 1, hook: failing })];
    for (const template of templates) await publish(api, template);
    return { house, controller, stop: () => house.stop() };
  } catch (error) {
    await house.stop();
    throw error;
  }
}

/** Of everything one: a service that runs, one that was refused its way, and a request that waits. */
export async function fillPortalHouse(api: Api): Promise<void> {
  const shop = await order(api, "shop", "two-tier");
  await approve(api, shop);
  await untilActive(api, shop, LIMIT_MS);
  const stuck = await order(api, "reports", "bad-hook", "park");
  await approve(api, stuck);
  await untilRequestEnds(api, stuck, LIMIT_MS);
  await order(api, "blog", "web");
}

async function order(api: Api, service: string, template: string, onFailure?: "park"): Promise<string> {
  const { id } = await api.createRequest({
    body: {
      service,
      template,
      completion: service,
      email: "ops@example.org",
      endsAt: new Date(Date.now() + WEEK_MS).toISOString(),
      ...(onFailure === undefined ? {} : { onFailure }),
    },
  });
  return id;
}

async function approve(api: Api, id: string): Promise<void> {
  await api.approveRequest({ params: { id }, body: { reason: "within budget" } });
}
