import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { Ground, LIMIT_MS, wishFor } from "./ground.ts";
import { addPerson } from "./people.ts";
import { until, untilActive, untilDone, untilRequestEnds } from "./steps.ts";

/** What people do when they change their mind or press twice, and the ways on after a failure. */
const ground = Ground.forTests();

describe("people who change their mind, or press twice", () => {
  it("the same idempotency key 50 times at once makes one service", async () => {
    const body = wishFor("pressed", "vm");
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => ground.api.createRequest({ body, idempotencyKey: "pressed-fifty-times" })),
    );
    const ids = new Set(answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.id] : [])));
    expect(ids.size).toBe(1);
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [String(answer.reason.code)] : []));
    expect(refused.filter((code) => code !== "conflict")).toEqual([]);
    const { items } = await ground.api.listServices({ query: { state: "reserved" } });
    expect(items.map((service) => service.name)).toEqual(["pressed"]);
    await ground.api.rejectRequest({ params: { id: "pressed" }, body: { reason: "one was enough" } });
    await ground.untilOperationEnds([...ids][0] ?? "");
  });

  it("an approval that is withdrawn while machines are being written: all goes back", async () => {
    const id = await ground.order("regret", "two-tier");
    await ground.untilStep(id, "install");
    await ground.api.withdrawRequest({ params: { id }, body: { reason: "not needed any more" } });
    await ground.untilOperationEnds(id);
    expect(await ground.api.getRequest({ params: { id } })).toMatchObject({
      state: "withdrawn",
      reason: "not needed any more",
    });
    const { rows } = await sql<{ action: string }>`
      select action from audit where object_id = ${id} order by at`.execute(ground.house.db.db);
    expect(rows.map((row) => row.action)).toEqual(["request.create", "request.approve", "request.withdraw"]);
  });

  it("a rejected request is undone also where failures are to be parked", async () => {
    const { id } = await ground.api.createRequest({ body: wishFor("refused", "vm", "park") });
    await ground.api.rejectRequest({ params: { id }, body: { reason: "no" } });
    await ground.untilOperationEnds(id);
    expect((await ground.api.getRequest({ params: { id } })).state).toBe("rejected");
  });
});

describe("hooks that fail", () => {
  it("the request fails with the hook's last lines, and all is undone", async () => {
    const reason = await ground.failureOf(await ground.order("hooked", "bad-hook"));
    expect(reason).toMatch(/hook set-up on hooked-main-1 ended with exit code 3/);
    expect(reason).toContain("the licence server does not answer");
  });
});

describe("the three doors after a failure (CAP B6)", () => {
  it("retry: what failed is done again, and what was done stays", async () => {
    await ground.fault(ground.enclosure, "never-boots", 1);
    const id = await ground.order("door-retry", "two-tier", "park");
    await untilParked(id, /door-retry-db-1/);
    await ground.api.retryOperation({ params: { id }, body: {} });
    await until(
      () => ground.api.getRequest({ params: { id } }),
      (seen) => seen.state === "active",
      {
        limitMs: LIMIT_MS,
        what: (seen) => `request is ${seen.state}: ${seen.reason}`,
      },
    );
    await ground.remove("door-retry");
  });

  it("rollback: all goes back", async () => {
    const id = await ground.order("door-back", "bad-hook", "park");
    await untilParked(id, /hook set-up/);
    await ground.api.rollbackOperation({ params: { id }, body: {} });
    await ground.untilOperationEnds(id);
    expect((await ground.api.getRequest({ params: { id } })).state).toBe("failed");
  });

  it("accept: the service is in use as it stands, with a lease, and can be deleted", async () => {
    const id = await ground.order("door-accept", "bad-hook", "park");
    await untilParked(id, /hook set-up/);
    await ground.api.acceptOperation({ params: { id }, body: { reason: "the licence comes later" } });
    expect((await ground.api.getRequest({ params: { id } })).state).toBe("active");
    const service = await ground.api.getService({ params: { id: "door-accept" } });
    expect(service.state).toBe("active");
    expect(await ground.api.getOperation({ params: { id: `lease-${service.id}` } })).toMatchObject({ ended: false });
    await ground.remove("door-accept");
  });

  it("accept, with a server that could not be made: the others are the service", async () => {
    await ground.fault(ground.enclosure, "never-boots", 1);
    const id = await ground.order("door-part", "two-tier", "park");
    await untilParked(id, /door-part-db-1/);
    await ground.api.acceptOperation({ params: { id }, body: {} });
    const service = await ground.api.getService({ params: { id: "door-part" } });
    expect(service.servers.map((server) => [server.group, server.state])).toEqual([
      ["app", "active"],
      ["app", "active"],
      ["db", "retired"],
    ]);
    await ground.remove("door-part");
  });

  it("a hook that keeps failing on the way back keeps no service for ever", async () => {
    const id = await ground.order("door-farewell", "bad-farewell", "park");
    await untilActive(ground.api, id, LIMIT_MS);
    const first = await ground.api.deleteService({ params: { id: "door-farewell" } });
    await untilParkedOperation(first.operationId);
    // Asked again while it waits for a person, it is the same attempt.
    expect((await ground.api.deleteService({ params: { id: "door-farewell" } })).operationId).toBe(first.operationId);
    await ground.api.rollbackOperation({ params: { id: first.operationId }, body: {} });
    await ground.untilOperationEnds(first.operationId);
    const second = await ground.api.deleteService({ params: { id: "door-farewell" } });
    expect(second.operationId).not.toBe(first.operationId);
    await untilParkedOperation(second.operationId);
    await ground.api.acceptOperation({
      params: { id: second.operationId },
      body: { reason: "it can't be saved any more" },
    });
    const { operationId } = await ground.api.getService({ params: { id: "door-farewell" } });
    await untilDone(ground.api, operationId, LIMIT_MS);
    expect((await ground.api.getService({ params: { id: "door-farewell" } })).state).toBe("retired");
  });

  it("the owner of a service can't steer the watch over its lease", async () => {
    const owner = await addPerson(ground.controller, "tenant");
    const request = await owner.api.createRequest({ body: wishFor("tenants", "vm") });
    await ground.api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(ground.api, request.id, LIMIT_MS);
    const id = `lease-${request.serviceId}`;
    expect(await ground.api.getOperation({ params: { id } })).toMatchObject({ ended: false });
    for (const steer of [owner.api.cancelOperation, owner.api.acceptOperation, owner.api.rollbackOperation])
      await expect(steer({ params: { id }, body: {} })).rejects.toMatchObject({ code: "forbidden" });
    await ground.remove("tenants");
  });
});

async function untilParkedOperation(id: string): Promise<void> {
  const seen = await until(
    () => ground.api.getOperation({ params: { id } }),
    (operation) => operation.state === "parked" || operation.ended,
    { limitMs: LIMIT_MS, what: (operation) => `operation ${operation.title} is still ${operation.state}` },
  );
  expect(seen.state).toBe("parked");
}

async function untilParked(id: string, reason: RegExp): Promise<void> {
  const request = await untilRequestEnds(ground.api, id, LIMIT_MS);
  expect(request.state).toBe("parked");
  expect(request.reason).toMatch(reason);
  expect(request.allowed).toEqual(["retry-step", "rollback", "accept"]);
}
