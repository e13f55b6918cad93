import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { leftovers, type Truth } from "../packages/cli/src/demo/leftovers.ts";
import { clearLabFaults, labFault } from "../packages/cli/src/launch/lab-client.ts";
import { canaries } from "./canaries.ts";
import { type Api, type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { invariants } from "./invariants.ts";
import { importImage, makeTinyImage, publish, readTruth, until, untilDone, untilRequestEnds } from "./steps.ts";
import { blades, twoTier, vms } from "./templates.ts";

/** How long anything in a house with faults may take, in ms: a deadline against hangs, no measure. */
export const LIMIT_MS = 240_000;
export const FOR_EVER = 1_000_000;
/** A controller whose deadlines are short, so that what never answers is found out soon. */
export const IMPATIENT = join(import.meta.dirname, "impatient-controller.ts");
const CACHES = [/\/volumes\/berth-image-/, /\/diskAllocatedBytes$/];

/**
 * A house with two blades and two hosts for the tests of one file. After each test the invariants hold, the lab is as
 * it was before, and no secret has come out.
 */
export class Ground {
  house!: House;
  controller!: RunningController;
  private before!: Truth;

  /** For a file's top level: stands before its tests, looks after each of them, and is cleared away after the last. */
  static forTests(): Ground {
    const ground = new Ground();
    beforeAll(() => ground.stand());
    afterAll(() => ground.house?.stop());
    beforeEach(async () => {
      ground.before = await readTruth(ground.house);
    });
    afterEach(() => ground.look());
    return ground;
  }

  get api(): Api {
    return this.controller.api;
  }

  private async stand(): Promise<void> {
    this.house = await startHouse({ blades: 2, hosts: 2 });
    await this.startController();
    await moveIn(this.house, this.api);
    await makeTinyImage(this.api);
    await importImage(this.house, this.api, "flipped");
    const failing = ["echo first line", "echo the licence server does not answer >&2", "exit 3"];
    const templates = [
      twoTier,
      blades({ name: "blade" }),
      vms({ name: "vms", count: 2 }),
      vms({ name: "vm" }),
      blades({ name: "flipped-blade", image: "flipped" }),
      vms({ name: "flipped-vm", image: "flipped" }),
      vms({ name: "bad-hook", count: 2, hook: failing }),
      vms({ name: "bad-farewell", hook: failing, at: "before-delete" }),
    ];
    for (const template of templates) await publish(this.api, template);
  }

  private async look(): Promise<void> {
    await this.clearFaults();
    expect(await invariants(this.house)).toEqual([]);
    expect(leftovers(this.before, await readTruth(this.house), { ignore: CACHES })).toEqual([]);
    expect(await canaries(this.house)).toEqual([]);
  }

  /** A controller in the place of the one there was. */
  async startController(): Promise<void> {
    this.controller = await this.house.startController({ script: IMPATIENT });
  }

  async fault(target: string, kind: string, count = 1): Promise<void> {
    await labFault(this.house.dir, { target, kind, count });
  }

  async clearFaults(): Promise<void> {
    await clearLabFaults(this.house.dir);
  }

  get hosts(): string[] {
    return this.house.lab.hosts.map((host) => host.name);
  }

  get enclosure(): string {
    return this.house.lab.enclosures[0]?.name ?? "";
  }

  async order(service: string, template: string, onFailure?: "unwind" | "park"): Promise<string> {
    const { id } = await this.api.createRequest({ body: wishFor(service, template, onFailure) });
    await this.api.approveRequest({ params: { id }, body: {} });
    return id;
  }

  /** Takes a service away again, and sees that it went. */
  async remove(service: string, by: Api = this.api): Promise<void> {
    const { operationId } = await by.deleteService({ params: { id: service } });
    await untilDone(by, operationId, LIMIT_MS);
  }

  /** Waits until a request has failed and everything is undone; answers its reason. */
  async failureOf(id: string): Promise<string> {
    const ended = await untilRequestEnds(this.api, id, LIMIT_MS);
    expect(ended.state).toBe("failed");
    await this.untilOperationEnds(id);
    return ended.reason ?? "";
  }

  async untilOperationEnds(id: string): Promise<void> {
    await until(
      () => this.api.getOperation({ params: { id } }),
      (operation) => operation.ended,
      { limitMs: LIMIT_MS, what: (operation) => `operation ${operation.title} is still ${operation.state}` },
    );
  }

  /** Until a step of that name runs, or has run, somewhere in the request's tree. */
  async untilStep(id: string, name: string): Promise<void> {
    const look = () =>
      sql<{ state: string }>`select s.state from operation_step s join operation o on o.id = s.operation_id
        where o.root_id = ${id} and s.name = ${name}`.execute(this.house.db.db);
    await until(look, (seen) => seen.rows.length > 0, {
      limitMs: LIMIT_MS,
      everyMs: 20,
      what: () => `${name} has not begun`,
    });
  }
}

export const wishFor = (service: string, template: string, onFailure: "unwind" | "park" = "unwind") => ({
  service,
  template,
  completion: "x",
  email: "ops@example.org",
  endsAt: new Date(Date.now() + 7 * 24 * 3_600_000).toISOString(),
  pools: ["default"],
  onFailure,
});
