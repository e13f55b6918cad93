import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Db } from "../../kernel/db/db.ts";
import { testActor } from "../../kernel/http/testing/actor.ts";
import type { Demand } from "../../placement/demand.ts";

/** Rows of an estate, written as they stand, for tests of what is above it. */

export const ADMINISTRATOR = testActor("admin", "administrator", { userId: randomUUID() });
export const USER = testActor("ada", "user", { userId: randomUUID() });

const GIB = 1024 ** 3;

export async function addSite(db: Db, name = "lab"): Promise<string> {
  const id = randomUUID();
  await db.insertInto("site").values({ id, name, dial: "{}" }).execute();
  return id;
}

export async function addNetwork(
  db: Db,
  siteId: string,
  given: { name: string; cidr: string; range?: readonly [string, string] },
): Promise<string> {
  const id = randomUUID();
  await sql`insert into network (id, name, site_id, cidr) values (${id}, ${given.name}, ${siteId}, ${given.cidr}::cidr)`.execute(
    db,
  );
  if (given.range !== undefined)
    await sql`
      insert into network_range (id, network_id, kind, first_ip, last_ip)
      values (${randomUUID()}, ${id}, 'automatic', ${given.range[0]}::inet, ${given.range[1]}::inet)`.execute(db);
  return id;
}

export async function addMachine(db: Db, siteId: string, name: string, diskGiB = 64): Promise<string> {
  const id = randomUUID();
  const nics = JSON.stringify([0, 1].map((n) => ({ id: `nic${n}`, mac: "52:54:00:00:00:01" })));
  await sql`
    insert into machine (id, name, site_id, state, firmware, cores, memory_mib, disks, nics)
    values (${id}, ${name}, ${siteId}, 'available', 'bios', 8, 16384,
      ${JSON.stringify([{ id: "disk0", sizeBytes: diskGiB * GIB }])}::jsonb, ${nics}::jsonb)`.execute(db);
  return id;
}

export async function addHost(
  db: Db,
  siteId: string,
  given: { name: string; cores: number; networks: readonly string[]; memoryMiB?: number; storageGiB?: number },
): Promise<string> {
  const id = randomUUID();
  const bridges = JSON.stringify(Object.fromEntries(given.networks.map((network) => [network, `br-${network}`])));
  await sql`
    insert into host (id, name, site_id, provider, settings, state, cores, memory_mib, storage_gib, storage_pool, bridges)
    values (${id}, ${given.name}, ${siteId}, 'memory', '{}', 'available', ${given.cores}, ${given.memoryMiB ?? 1_048_576},
      ${given.storageGiB ?? 100_000}, 'berth', ${bridges}::jsonb)`.execute(db);
  return id;
}

export async function addPool(
  db: Db,
  given: { name: string; machines?: readonly string[]; hosts?: readonly string[]; goal?: "best-fit" | "spread" },
): Promise<string> {
  const id = randomUUID();
  await db
    .insertInto("resource_pool")
    .values({ id, name: given.name, goal: given.goal ?? "best-fit" })
    .execute();
  for (const machine_id of given.machines ?? [])
    await db.insertInto("resource_pool_machine").values({ pool_id: id, machine_id }).execute();
  for (const host_id of given.hosts ?? [])
    await db.insertInto("resource_pool_host").values({ pool_id: id, host_id }).execute();
  return id;
}

export function demand(given: Partial<Demand> & Pick<Demand, "kind">): Demand {
  return {
    serverId: randomUUID(),
    name: "shop-app-1",
    group: "app",
    cores: 1,
    memoryMiB: 512,
    firmware: null,
    disks: [{ name: "system", sizeGiB: 6, role: "boot" }],
    networkIds: [],
    goal: null,
    ...given,
  };
}

const DAY_MS = 86_400_000;

/** `days` days from `offset` days after now. */
export function lease(days: number, offset = 0): { startsAt: Date; endsAt: Date } {
  const startsAt = new Date(Date.now() + offset * DAY_MS);
  return { startsAt, endsAt: new Date(startsAt.getTime() + days * DAY_MS) };
}
