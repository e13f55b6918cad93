import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { releaseFabric } from "../fabric/actions.ts";
import { claimAddress } from "../fabric/address-claim.ts";
import { claimIdentity } from "../fabric/identity-claim.ts";
import { type Db, inTx, openDb, type Tx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { AppError } from "../kernel/errors.ts";
import { planVolumes, releaseVolumes } from "../storage/actions.ts";
import { releaseReservation } from "./reservations.ts";
import { reserve } from "./reserve.ts";
import { addHost, addMachine, addNetwork, addPool, addSite, demand, lease } from "./testing/estate.ts";

/**
 * Controllers of their own connections race for the last of something, round after round. In CI 50 rounds a kind,
 * with `./berth test --all` 1,000: the first fifty find what the thousandth would, only less surely.
 */
const ROUNDS = inject("all") ? 1_000 : 50;
const CONTROLLERS = 4;
const DAY_MS = 86_400_000;
const LIMIT = { timeout: 60_000 + ROUNDS * 600 };

let test: TestDb;
let controllers: Db[];
let siteId: string;

beforeAll(async () => {
  test = await createTestDb();
  controllers = Array.from({ length: CONTROLLERS }, () => openDb(test.url, { maxConnections: 2 }));
  siteId = await addSite(test.db);
});

afterAll(async () => {
  for (const controller of controllers ?? []) await controller.destroy();
  await test?.drop();
});

interface Race {
  /** Tries to take the last one; answers what it took. */
  take(tx: Tx, contender: string): Promise<string>;
  giveBack(tx: Tx, contender: string): Promise<void>;
  /** How often the thing is held just now, as the database has it. */
  held(): Promise<number>;
  /** What the losers are told. */
  refusal: "insufficient_capacity" | "conflict";
}

/** Each round: all at once, one wins, the others are refused in plain words, and the winner gives it back. */
async function race({ take, giveBack, held, refusal }: Race): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const contenders = controllers.map((db) => ({ db, id: randomUUID() }));
    const outcomes = await Promise.allSettled(contenders.map(({ db, id }) => inTx(db, (tx) => take(tx, id))));
    const winners = contenders.filter((_, i) => outcomes[i]?.status === "fulfilled");
    const losses = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    for (const loss of losses) {
      expect(loss).toBeInstanceOf(AppError);
      expect(loss).toMatchObject({ code: refusal });
    }
    expect(winners).toHaveLength(1);
    expect(await held()).toBe(1);
    for (const { db, id } of winners) await inTx(db, (tx) => giveBack(tx, id));
    expect(await held()).toBe(0);
  }
}

const count = async (query: ReturnType<typeof sql<{ n: number }>>) => (await query.execute(test.db)).rows[0]?.n ?? -1;

describe(`controllers race for the last, ${ROUNDS} times`, LIMIT, () => {
  it("address", async () => {
    const networkId = await addNetwork(test.db, siteId, {
      name: "one",
      cidr: "10.1.0.0/24",
      range: ["10.1.0.5", "10.1.0.5"],
    });
    const during = lease(1);
    await race({
      take: async (tx, serverId) => {
        const claimed = await claimAddress(tx, { networkId, serverId, nic: 0, mode: "automatic", during });
        return claimed.ip ?? "";
      },
      giveBack: releaseFabric,
      held: () => count(sql<{ n: number }>`select count(*) as n from address where network_id = ${networkId}`),
      refusal: "insufficient_capacity",
    });
  });

  it("static address", async () => {
    const networkId = await addNetwork(test.db, siteId, { name: "fixed", cidr: "10.2.0.0/24" });
    const during = lease(1);
    await race({
      take: async (tx, serverId) => {
        const wish = { networkId, serverId, nic: 0, mode: "static" as const, address: "10.2.0.9", during };
        return (await claimAddress(tx, wish)).ip ?? "";
      },
      giveBack: releaseFabric,
      held: () => count(sql<{ n: number }>`select count(*) as n from address where network_id = ${networkId}`),
      refusal: "conflict",
    });
  });

  it("MAC address", async () => {
    await sql`
      insert into identity_range (id, kind, name, first_value, last_value)
      values (${randomUUID()}, 'mac', 'one', '02:00:00:00:00:01', '02:00:00:00:00:01')`.execute(test.db);
    const during = lease(1);
    await race({
      take: async (tx, serverId) => (await claimIdentity(tx, { serverId, nics: 1, during })).macs[0] ?? "",
      giveBack: releaseFabric,
      held: () => count(sql<{ n: number }>`select count(*) as n from identity_claim where kind = 'mac'`),
      refusal: "insufficient_capacity",
    });
  });

  it("machine", async () => {
    const machine = await addMachine(test.db, siteId, "blade-1");
    const poolIds = [await addPool(test.db, { name: "machines", machines: [machine] })];
    await race({
      take: async (tx, requestId) => {
        const demands = [demand({ kind: "physical" })];
        const [placed] = await reserve(tx, { requestId, holder: "shop", during: lease(1), poolIds, demands });
        return placed?.on ?? "";
      },
      giveBack: releaseReservation,
      held: () =>
        count(
          sql<{
            n: number;
          }>`select count(*) as n from reservation where machine_id = ${machine} and released_at is null`,
        ),
      refusal: "insufficient_capacity",
    });
  });

  it("machine that stands in two pools", async () => {
    const machine = await addMachine(test.db, siteId, "blade-2");
    const first = await addPool(test.db, { name: "left", machines: [machine] });
    const second = await addPool(test.db, { name: "right", machines: [machine] });
    const turns = { count: 0 };
    await race({
      take: async (tx, requestId) => {
        turns.count += 1;
        const poolIds = turns.count % 2 === 0 ? [first, second] : [second, first];
        const demands = [demand({ kind: "physical" })];
        const [placed] = await reserve(tx, { requestId, holder: "shop", during: lease(1), poolIds, demands });
        return placed?.on ?? "";
      },
      giveBack: releaseReservation,
      held: () =>
        count(
          sql<{
            n: number;
          }>`select count(*) as n from reservation where machine_id = ${machine} and released_at is null`,
        ),
      refusal: "insufficient_capacity",
    });
  });

  it("core of a host that stands in two pools", async () => {
    const host = await addHost(test.db, siteId, { name: "host-1", cores: 1, networks: [] });
    const first = await addPool(test.db, { name: "up", hosts: [host] });
    const second = await addPool(test.db, { name: "down", hosts: [host] });
    const turns = { count: 0 };
    await race({
      take: async (tx, requestId) => {
        turns.count += 1;
        const poolIds = turns.count % 2 === 0 ? [first] : [second];
        const demands = [demand({ kind: "virtual" })];
        const [placed] = await reserve(tx, { requestId, holder: "shop", during: lease(1), poolIds, demands });
        return placed?.on ?? "";
      },
      giveBack: releaseReservation,
      held: () =>
        count(
          sql<{ n: number }>`select count(*) as n from reservation where host_id = ${host} and released_at is null`,
        ),
      refusal: "insufficient_capacity",
    });
  });

  it("disk of a machine", async () => {
    const machineId = await addMachine(test.db, siteId, "blade-3");
    await race({
      take: async (tx, serverId) => {
        const disks = [{ name: "system", sizeGiB: 6, role: "boot" as const, on: "disk0" }];
        const [volume] = await planVolumes(tx, { serverId, hostId: null, machineId, disks, during: lease(1) });
        return volume?.name ?? "";
      },
      giveBack: releaseVolumes,
      held: () =>
        count(
          sql<{ n: number }>`select count(*) as n from volume where machine_id = ${machineId} and state <> 'removed'`,
        ),
      refusal: "conflict",
    });
  });
});

it("gives 8 claimers all addresses of a range, each once, and none beyond", LIMIT, async () => {
  const size = inject("all") ? 1_000 : 200;
  const last = `10.3.${Math.floor(size / 256)}.${size % 256}`;
  const networkId = await addNetwork(test.db, siteId, { name: "all", cidr: "10.3.0.0/16", range: ["10.3.0.1", last] });
  const during = lease(1);
  const claim = (db: Db) =>
    inTx(db, (tx) => claimAddress(tx, { networkId, serverId: randomUUID(), nic: 0, mode: "automatic", during }));
  const lanes = Array.from({ length: 8 }, (_, i) => controllers[i % CONTROLLERS] as Db);
  const taken = await Promise.all(
    lanes.map(async (db) => {
      const ips: string[] = [];
      for (let i = 0; i < size / lanes.length; i += 1) ips.push((await claim(db)).ip ?? "");
      return ips;
    }),
  );
  expect(new Set(taken.flat()).size).toBe(size);
  await expect(claim(test.db)).rejects.toMatchObject({ code: "insufficient_capacity" });
});

it("lets leases follow each other on one machine, and none overlap", async () => {
  const machine = await addMachine(test.db, siteId, "blade-4");
  const poolIds = [await addPool(test.db, { name: "line", machines: [machine] })];
  const wishes = Array.from({ length: 40 }, (_, i) => ({ db: controllers[i % CONTROLLERS] as Db, day: i % 10 }));
  const from = Date.now() + DAY_MS;
  const outcomes = await Promise.allSettled(
    wishes.map(({ db, day }) =>
      inTx(db, (tx) =>
        reserve(tx, {
          requestId: randomUUID(),
          holder: "shop",
          during: { startsAt: new Date(from + day * 2 * DAY_MS), endsAt: new Date(from + (day + 1) * 2 * DAY_MS) },
          poolIds,
          demands: [demand({ kind: "physical" })],
        }),
      ),
    ),
  );
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(10);
  const overlaps = await count(sql<{ n: number }>`
    select count(*) as n from reservation a join reservation b on a.machine_id = b.machine_id and a.id < b.id
    where a.machine_id = ${machine} and a.during && b.during and a.released_at is null and b.released_at is null`);
  expect(overlaps).toBe(0);
});
