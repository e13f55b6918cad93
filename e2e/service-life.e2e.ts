import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leftovers } from "../packages/cli/src/demo/leftovers.ts";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { invariants } from "./invariants.ts";
import {
  makeTinyImage,
  publish,
  readDhcp,
  readTruth,
  until,
  untilActive,
  untilDone,
  untilRequestEnds,
} from "./steps.ts";
import { twoTier } from "./templates.ts";

const LIMIT_MS = 120_000;
const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000).toISOString();
const wish = (service: string, more: Record<string, unknown> = {}) => ({
  service,
  template: "two-tier",
  completion: "x1",
  email: "ops@example.org",
  endsAt: inDays(7),
  pools: ["default"],
  ...more,
});

let house: House;
let controller: RunningController;

beforeAll(async () => {
  house = await startHouse({ blades: 2, hosts: 2 });
  controller = await house.startController();
  await moveIn(house, controller.api);
  await makeTinyImage(controller.api);
  await publish(controller.api, twoTier);
});

afterAll(async () => {
  await house?.stop();
});

describe("a site's DHCP (CAP G1)", () => {
  it("knows the site's networks before there is any server, so that strangers can boot", async () => {
    const told = await until(
      () => readDhcp(house),
      (seen) => seen.networks.length > 0,
      {
        limitMs: LIMIT_MS,
        what: () => "the edge knows no network",
      },
    );
    expect(told.networks.map((network) => network.name)).toEqual(["lan"]);
    expect(told.networks[0]?.dynamicRange).not.toBeNull();
    expect(told.hosts).toEqual([]);
  });
});

describe("a service from its request to its end (CAP B3, B4, B6, D1)", () => {
  it("is reserved, approved, made on a blade and two VMs, reached, and taken back without a trace", async () => {
    const { api } = controller;
    const before = await readTruth(house);
    const request = await api.createRequest({ body: wish("shop") });
    expect(request.state).toBe("waiting");
    expect(request.reserved.map((server) => [server.kind, server.hostname])).toEqual([
      ["virtual", "appx11"],
      ["virtual", "appx12"],
      ["physical", "dbx1"],
    ]);
    expect(Number(request.price.perDay)).toBeGreaterThan(0);

    await api.approveRequest({ params: { id: "shop" }, body: {} });
    await untilActive(api, request.id, LIMIT_MS);
    const { items: servers } = await api.listServers({ query: { service: "shop" } });
    expect(servers.map((server) => server.state)).toEqual(["active", "active", "active"]);
    for (const server of servers.filter((candidate) => candidate.group === "app")) {
      const page = await api.fetchFromServer({ params: { id: server.name }, body: {} });
      expect(page.status).toBe(200);
      expect(page.body).toContain(request.id);
      expect(page.body).toContain(server.hostname);
    }
    const why = await api.explain({ params: { kind: "service", id: "shop" } });
    expect(why.items.map((decision) => decision.kind)).toEqual(["placement", "placement", "placement"]);

    const service = await api.deleteService({ params: { id: "shop" } });
    await untilDone(api, service.operationId, LIMIT_MS);
    const left = leftovers(before, await readTruth(house), {
      ignore: [/\/volumes\/berth-image-/, /\/diskAllocatedBytes$/],
    });
    expect(left).toEqual([]);
    expect(await invariants(house)).toEqual([]);
  });

  it("gives everything back when it is rejected, with the reason on the request", async () => {
    const { api } = controller;
    const request = await api.createRequest({ body: wish("rejected") });
    await api.rejectRequest({ params: { id: request.id }, body: { reason: "no budget until March" } });
    await untilRequestEnds(api, request.id, LIMIT_MS);
    const after = await api.getRequest({ params: { id: request.id } });
    expect(after).toMatchObject({ state: "rejected", reason: "no budget until March" });
    await untilDone(api, request.id, LIMIT_MS).catch((error: Error) => expect(error.message).toContain("rejected"));
    expect(await invariants(house)).toEqual([]);
  });

  it("can be withdrawn while it is being made", async () => {
    const { api } = controller;
    const request = await api.createRequest({ body: wish("withdrawn") });
    await api.approveRequest({ params: { id: request.id }, body: {} });
    await api.withdrawRequest({ params: { id: request.id }, body: { reason: "changed my mind" } });
    await untilDone(api, request.id, LIMIT_MS).catch(() => {});
    expect((await api.getRequest({ params: { id: request.id } })).state).toBe("withdrawn");
    expect(await invariants(house)).toEqual([]);
  });

  it("ends by itself at its end date, as its policy says", async () => {
    const { api } = controller;
    const endsAt = new Date(Date.now() + 15_000).toISOString();
    const request = await api.createRequest({ body: wish("short", { endsAt, leasePolicy: "delete" }) });
    await api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(api, request.id, LIMIT_MS);
    const { serviceId } = await api.getRequest({ params: { id: request.id } });
    await untilDone(api, `lease-${serviceId}`, LIMIT_MS);
    await untilDone(api, `retire-${serviceId}`, LIMIT_MS);
    expect((await api.getService({ params: { id: serviceId } })).state).toBe("retired");
    expect(await invariants(house)).toEqual([]);
  });

  it("keeps its VMs, switched off, and frees its machines when the policy is deactivate", async () => {
    const { api } = controller;
    const endsAt = new Date(Date.now() + 15_000).toISOString();
    const request = await api.createRequest({ body: wish("kept", { endsAt, leasePolicy: "deactivate" }) });
    await api.approveRequest({ params: { id: request.id }, body: {} });
    const { serviceId } = await untilActive(api, request.id, LIMIT_MS);
    await untilDone(api, `lease-${serviceId}`, LIMIT_MS);
    await untilDone(api, `deactivate-${serviceId}`, LIMIT_MS);
    const service = await api.getService({ params: { id: serviceId } });
    expect(service.state).toBe("inactive");
    expect(service.servers.map((server) => [server.group, server.state])).toEqual([
      ["app", "inactive"],
      ["app", "inactive"],
      ["db", "retired"],
    ]);
    const machines = await api.listMachines({ query: {} });
    expect(machines.items.every((machine) => machine.state === "available")).toBe(true);
    const deleted = await api.deleteService({ params: { id: serviceId } });
    await untilDone(api, deleted.operationId, LIMIT_MS);
    expect(await invariants(house)).toEqual([]);
  });

  it("stops and starts one of its servers, and moves its end date", async () => {
    const { api } = controller;
    const request = await api.createRequest({ body: wish("moved") });
    await api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(api, request.id, LIMIT_MS);
    const stopped = await api.stopServer({ params: { id: "moved-app-1" }, body: {} });
    await untilDone(api, stopped.operationId, LIMIT_MS);
    expect((await api.getServer({ params: { id: "moved-app-1" } })).state).toBe("inactive");
    const started = await api.startServer({ params: { id: "moved-app-1" }, body: {} });
    await untilDone(api, started.operationId, LIMIT_MS);
    expect((await api.getServer({ params: { id: "moved-app-1" } })).state).toBe("active");
    const endsAt = inDays(20);
    expect((await api.extendService({ params: { id: "moved" }, body: { endsAt } })).endsAt).toBe(endsAt);
    const deleted = await api.deleteService({ params: { id: "moved" } });
    await untilDone(api, deleted.operationId, LIMIT_MS);
    expect(await invariants(house)).toEqual([]);
  });
});
