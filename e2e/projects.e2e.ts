import type { ClientError } from "@berth/api/client-error.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { addPerson, type Person } from "./people.ts";
import { makeTinyImage, publish, until, untilActive, untilDone } from "./steps.ts";
import { vms } from "./templates.ts";

/** People of one project, and one who is in none, around one service that lives (CAP P1). */
const LIMIT_MS = 120_000;
const wish = (service: string, project?: string) => ({
  service,
  template: "one",
  completion: service,
  email: "ada@example.org",
  endsAt: new Date(Date.now() + 7 * 24 * 3_600_000).toISOString(),
  ...(project === undefined ? {} : { project }),
});

let house: House;
let controller: RunningController;
/** Two users, an approver and an operator of the project, and somebody else. */
const people = new Map<string, Person>();
const as = (name: string) => {
  const person = people.get(name);
  if (person === undefined) throw new Error(`there is no ${name}`);
  return person.api;
};

beforeAll(async () => {
  house = await startHouse({ blades: 1, hosts: 1 });
  controller = await house.startController();
  const { api } = controller;
  await moveIn(house, api);
  await makeTinyImage(api);
  await publish(api, vms({ name: "one", count: 1 }));
  for (const name of ["ada", "bob", "pat", "olga", "eve"]) people.set(name, await addPerson(controller, name));
  await api.createProject({ body: { name: "shop" } });
  await api.createGroup({ body: { name: "web" } });
  for (const user of ["ada", "bob"]) await api.addGroupMember({ params: { name: "web", user } });
  await api.createGrant({ body: { role: "user", group: "web", project: "shop" } });
  await api.createGrant({ body: { role: "approver", user: "pat", project: "shop" } });
  await api.createGrant({ body: { role: "operator", user: "olga", project: "shop" } });
});

afterAll(async () => {
  await house?.stop();
});

/** How a call ends for somebody who may not. */
async function refusal(call: Promise<unknown>): Promise<Pick<ClientError, "code" | "message" | "fields">> {
  const error = await call.then(
    () => new Error("it was not refused"),
    (reason: ClientError) => reason,
  );
  return error as ClientError;
}

async function untilEnded(operationId: string): Promise<void> {
  const look = () => controller.api.getOperation({ params: { id: operationId } });
  const what = () => `operation ${operationId} has not ended`;
  await until(look, (operation) => operation.ended, { limitMs: LIMIT_MS, what });
}

describe("a project", () => {
  it("is asked in by its members only, in the words for one that is not there", async () => {
    const closed = await refusal(as("eve").createRequest({ body: wish("evil", "shop") }));
    const absent = await refusal(as("eve").createRequest({ body: wish("evil", "nowhere") }));
    expect(closed).toMatchObject({ code: "invalid_request", fields: [{ field: "project" }] });
    expect(closed.message.replaceAll("shop", "nowhere")).toBe(absent.message);
    expect(await refusal(as("eve").quoteRequest({ body: wish("evil", "shop") }))).toMatchObject({
      code: "invalid_request",
    });
  });

  it("has its request seen by all members, decided by its approver, and nothing of it by others", async () => {
    const request = await as("ada").createRequest({ body: wish("till", "shop") });
    expect(request).toMatchObject({ project: "shop", requester: "ada" });
    const params = { id: request.id };
    expect((await as("bob").getRequest({ params })).service).toBe("till");
    expect(await refusal(as("bob").withdrawRequest({ params, body: {} }))).toMatchObject({ code: "forbidden" });
    expect(await refusal(as("bob").approveRequest({ params, body: {} }))).toMatchObject({ code: "forbidden" });
    expect(await refusal(as("olga").approveRequest({ params, body: {} }))).toMatchObject({ code: "forbidden" });
    expect(await refusal(as("eve").getRequest({ params }))).toMatchObject({ code: "not_found" });
    const other = await as("eve").createRequest({ body: wish("stall") });
    expect((await as("pat").listRequests({ query: {} })).items.map((item) => item.service)).toEqual(["till"]);
    expect(await refusal(as("pat").approveRequest({ params: { id: other.id }, body: {} }))).toMatchObject({
      code: "not_found",
    });
    await as("eve").withdrawRequest({ params: { id: other.id }, body: {} });
    await as("pat").approveRequest({ params, body: {} });
    await untilActive(controller.api, request.id, LIMIT_MS);
  });

  it("has its servers seen by all members, and run by their owner and its operator", async () => {
    const { items } = await as("bob").listServers({ query: { project: "shop" } });
    expect(items).toMatchObject([{ service: "till", project: "shop" }]);
    const params = { id: items[0]?.id ?? "" };
    expect(await refusal(as("bob").stopServer({ params, body: {} }))).toMatchObject({ code: "forbidden" });
    expect(await refusal(as("bob").accessServer({ params, body: { publicKey: "none" } }))).toMatchObject({
      code: "invalid_request",
    });
    expect(await refusal(as("eve").stopServer({ params, body: {} }))).toMatchObject({ code: "not_found" });
    expect((await as("eve").listServers({ query: { project: "shop" } })).items).toEqual([]);
    const { operationId } = await as("olga").stopServer({ params, body: {} });
    // Whoever sees the server sees what is done with it.
    expect((await as("bob").getOperation({ params: { id: operationId } })).title).toMatch(/^stop /);
    await untilDone(controller.api, operationId, LIMIT_MS);
    expect(await refusal(as("eve").getOperation({ params: { id: operationId } }))).toMatchObject({ code: "not_found" });
  });

  it("stays while it has services; one that is asked for again for somebody stays his, and the project's", async () => {
    const { api } = controller;
    expect(await refusal(api.deleteProject({ params: { name: "shop" } }))).toMatchObject({ code: "conflict" });
    const service = await as("ada").getService({ params: { id: "till" } });
    expect(await refusal(as("bob").deleteService({ params: { id: service.id } }))).toMatchObject({ code: "forbidden" });
    const { operationId } = await as("olga").deleteService({ params: { id: service.id } });
    await untilDone(api, operationId, LIMIT_MS);
    const { items } = await as("ada").listRequests({ query: { project: "shop", state: "ended" } });
    const again = await as("olga").retryRequest({ params: { id: items[0]?.id ?? "" }, body: {} });
    expect(again).toMatchObject({ requester: "ada", project: "shop", state: "waiting" });
    await as("pat").rejectRequest({ params: { id: again.id }, body: { reason: "enough" } });
    await untilEnded(again.operationId);
    await api.deleteProject({ params: { name: "shop" } });
    expect((await as("ada").getService({ params: { id: service.id } })).project).toBeNull();
    expect(await refusal(as("bob").getService({ params: { id: service.id } }))).toMatchObject({ code: "not_found" });
  });
});
