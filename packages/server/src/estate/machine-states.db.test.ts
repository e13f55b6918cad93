import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Db, inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { enrolUnknown, findMachineByFacts, recordInspection, transitionMachine } from "./actions.ts";
import type { MachineEvent, MachineState } from "./machine-rules.ts";
import { machineNics, readHostPlace, readMachine } from "./store.ts";

let test: TestDb;
let db: Db;
let siteId: string;

beforeAll(async () => {
  test = await createTestDb();
  db = test.db;
  siteId = randomUUID();
  await db.insertInto("site").values({ id: siteId, name: "lab" }).execute();
});
afterAll(() => test.drop());

async function machine(state: MachineState, columns: object = {}): Promise<string> {
  const id = randomUUID();
  await db
    .insertInto("machine")
    .values({ id, name: `m-${id}`, site_id: siteId, state, ...columns })
    .execute();
  return id;
}

async function wear(machineId: string, identity: { uuid: string; serial: string }): Promise<void> {
  const values = { id: randomUUID(), server_id: randomUUID(), boot: "disk", machine_id: machineId, ...identity };
  await db.insertInto("profile").values(values).execute();
}

const move = (id: string, event: MachineEvent, reason = "test") =>
  inTx(db, (tx) => transitionMachine(tx, id, event, reason));
const stateOf = async (id: string) => (await readMachine(db, id)).state;

it("writes the row, an event and an audit row in one", async () => {
  const id = await machine("available");
  await move(id, "occupy", "server shop-db-1");
  expect(await stateOf(id)).toBe("in-use");
  const event = await db.selectFrom("event").selectAll().where("subject_id", "=", id).executeTakeFirstOrThrow();
  expect(event).toMatchObject({ kind: "machine.in-use", data: { from: "available", reason: "server shop-db-1" } });
  const audit = await db.selectFrom("audit").selectAll().where("object_id", "=", id).executeTakeFirstOrThrow();
  expect(audit).toMatchObject({ action: "machine.occupy", user_name: "berth", outcome: "done" });
});

it("takes asking for what already is so as success, and changes nothing", async () => {
  const id = await machine("in-use");
  const { version } = await readMachine(db, id);
  await move(id, "occupy");
  expect((await readMachine(db, id)).version).toBe(version);
});

it("refuses what the lifecycle does not know", async () => {
  const id = await machine("cleaning");
  await expect(move(id, "occupy")).rejects.toMatchObject({ code: "conflict" });
  expect(await stateOf(id)).toBe("cleaning");
});

it("keeps why a machine failed, until it is well again", async () => {
  const id = await machine("cleaning");
  await move(id, "fail", "its disk could not be wiped");
  expect(await readMachine(db, id)).toMatchObject({ state: "failed", state_reason: "its disk could not be wiped" });
  await move(id, "release");
  expect(await stateOf(id)).toBe("failed");
  await move(id, "inspect");
  expect(await readMachine(db, id)).toMatchObject({ state: "inspecting", state_reason: null });
});

it("hands out no machine in maintenance", async () => {
  const id = await machine("available", { maintenance: true, maintenance_reason: "new fan" });
  await expect(move(id, "occupy")).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("new fan"),
  });
});

it("does not give back a machine that another server is on", async () => {
  const id = await machine("in-use");
  await wear(id, { uuid: randomUUID(), serial: "S-OTHER" });
  await move(id, "release", "the undo of an occupation that never was");
  expect(await stateOf(id)).toBe("in-use");
});

it("lets one of many that want a machine have it, as often as they try", async () => {
  const id = await machine("available");
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, () =>
      inTx(db, async (tx) => {
        const before = await tx
          .selectFrom("machine")
          .select("state")
          .where("id", "=", id)
          .forUpdate()
          .executeTakeFirstOrThrow();
        await transitionMachine(tx, id, "occupy", "race");
        return before.state;
      }),
    ),
  );
  const won = tries.filter((result) => result.status === "fulfilled" && result.value === "available");
  expect(won).toHaveLength(1);
});

it("finds a machine by MAC, by the MAC that its profile gives it, by UUID and by serial number", async () => {
  const uuid = randomUUID();
  const id = await machine("in-use", { uuid, serial: "OWN-1" });
  await db.insertInto("machine_mac").values({ mac: "52:54:00:00:10:01", machine_id: id }).execute();
  const given = { uuid: randomUUID(), serial: "GIVEN-1" };
  await wear(id, given);
  const find = async (marks: object) => (await inTx(db, (tx) => findMachineByFacts(tx, marks)))?.id ?? null;
  expect(await find({ mac: "52:54:00:00:10:01" })).toBe(id);
  expect(await find({ mac: "52:54:00:00:99:99", uuid: uuid.toUpperCase() })).toBe(id);
  expect(await find({ uuid: given.uuid })).toBe(id);
  expect(await find({ serial: "OWN-1" })).toBe(id);
  expect(await find({ serial: "GIVEN-1" })).toBe(id);
  expect(await find({ mac: "52:54:00:00:99:99", uuid: "not a uuid", serial: "nobody" })).toBeNull();
});

it("takes a mark that two machines share for none", async () => {
  await machine("available", { serial: "TWIN" });
  await machine("available", { serial: "TWIN" });
  expect(await inTx(db, (tx) => findMachineByFacts(tx, { serial: "TWIN" }))).toBeNull();
});

it("makes one record of a stranger, however often it boots", async () => {
  const seen = {
    siteId,
    mac: "52:54:00:00:20:01",
    cores: 2,
    memoryMiB: 2048,
    nics: [{ id: "eth0", mac: "52:54:00:00:20:01" }],
  };
  const made = await Promise.all([1, 2, 3].map(() => inTx(db, (tx) => enrolUnknown(tx, seen))));
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect(await readMachine(db, made[0]?.id ?? "")).toMatchObject({
    name: "unknown-525400002001",
    state: "enrolled",
    cores: 2,
  });
});

it("does not let a booting system take another machine's MAC", async () => {
  const mine = await machine("available");
  await db.insertInto("machine_mac").values({ mac: "52:54:00:00:30:01", machine_id: mine }).execute();
  const liar = await inTx(db, (tx) =>
    enrolUnknown(tx, { siteId, mac: "52:54:00:00:30:02", nics: [{ id: "eth0", mac: "52:54:00:00:30:01" }] }),
  );
  const found = await inTx(db, (tx) => findMachineByFacts(tx, { mac: "52:54:00:00:30:01" }));
  expect(found?.id).toBe(mine);
  expect(liar.id).not.toBe(mine);
});

it("makes a machine available once it was inspected", async () => {
  const id = await machine("inspecting");
  const facts = { cores: 8, nics: [{ id: "nic1", mac: "52:54:00:00:40:01" }] };
  const seen = await inTx(db, (tx) => recordInspection(tx, id, facts, "controller"));
  expect(seen).toMatchObject({ state: "available", cores: 8 });
  expect(await machineNics(db, id)).toEqual({ id, nics: [{ id: "nic1", mac: "52:54:00:00:40:01" }] });
});

it("says not_found for what is not there", async () => {
  await expect(machineNics(db, randomUUID())).rejects.toMatchObject({ code: "not_found" });
  await expect(readHostPlace(db, randomUUID())).rejects.toMatchObject({ code: "not_found" });
  await expect(move(randomUUID(), "occupy")).rejects.toMatchObject({ code: "not_found" });
});
