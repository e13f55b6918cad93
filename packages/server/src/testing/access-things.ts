import { randomUUID } from "node:crypto";
import type { Db } from "../kernel/db/db.ts";
import { addHost, addMachine, addPool, addSite } from "../pools/testing/estate.ts";

/**
 * One of each thing that somebody can have, written as rows. All have ended: so whoever may change them is told that it
 * is too late, and nothing changes however often it is asked.
 */
export interface Things {
  readonly service: string;
  readonly request: string;
  readonly server: string;
  readonly operation: string;
}

/** What the callers' roles are on, and what all things need. */
export interface World {
  readonly projectId: string;
  readonly otherProjectId: string;
  readonly poolId: string;
  readonly otherPoolId: string;
  /** A member of the pool, and one of no pool. */
  readonly machine: { readonly pool: string; readonly foreign: string };
  readonly host: { readonly pool: string; readonly foreign: string };
  readonly siteId: string;
}

export async function addWorld(db: Db): Promise<World> {
  const siteId = await addSite(db);
  const [projectId, otherProjectId] = [randomUUID(), randomUUID()];
  await db
    .insertInto("project")
    .values([
      { id: projectId, name: "shop" },
      { id: otherProjectId, name: "other" },
    ])
    .execute();
  const machine = { pool: await addMachine(db, siteId, "m-pool"), foreign: await addMachine(db, siteId, "m-foreign") };
  const hostOf = (name: string) => addHost(db, siteId, { name, cores: 8, networks: [] });
  const host = { pool: await hostOf("h-pool"), foreign: await hostOf("h-foreign") };
  const poolId = await addPool(db, { name: "gold", machines: [machine.pool], hosts: [host.pool] });
  const otherPoolId = await addPool(db, { name: "other" });
  // A pool that names somebody is not for everybody.
  await db
    .updateTable("resource_pool")
    .set({ users: ["somebody"] })
    .execute();
  return { projectId, otherProjectId, poolId, otherPoolId, machine, host, siteId };
}

interface Belonging {
  readonly name: string;
  readonly ownerId: string;
  readonly projectId: string | null;
  readonly poolId: string | null;
}

export async function addThings(db: Db, world: World, given: Belonging): Promise<Things> {
  const { name, ownerId } = given;
  const [service, request, server] = [randomUUID(), randomUUID(), randomUUID()];
  const operation = `end-${service}`;
  const scope = { project_id: given.projectId, pool_id: given.poolId };
  const days = (count: number) => new Date(Date.now() + count * 86_400_000);
  const price = JSON.stringify({ currency: "EUR", perDay: "1.00", total: "1.00", days: 1, lines: [] });
  await db
    .insertInto("service")
    .values({
      ...scope,
      id: service,
      name,
      state: "retired",
      owner_id: ownerId,
      template_id: randomUUID(),
      template_label: "one@1",
      pool: "gold",
      starts_at: days(-2),
      ends_at: days(-1),
      lease_policy: "delete",
      price,
      user_key_public: "none",
      user_key_sealed: "none",
      operation_id: operation,
    })
    .execute();
  await db
    .insertInto("request")
    .values({
      ...scope,
      id: request,
      state: "active",
      service_id: service,
      requester_id: ownerId,
      requester: name,
      email: "ada@example.org",
      completion: "c",
      pools: "[]",
      on_failure: "unwind",
      wish: "{}",
    })
    .execute();
  await db
    .insertInto("server")
    .values({
      ...scope,
      id: server,
      name: `${name}-1`,
      hostname: name,
      service_id: service,
      group_name: "a",
      ordinal: 1,
      kind: "virtual",
      state: "retired",
      owner_id: ownerId,
      site_id: world.siteId,
      host_id: world.host.foreign,
      image_id: randomUUID(),
      cores: 1,
      memory_mib: 512,
      firmware: "bios",
      disks: "[]",
      nics: "[]",
      uuid: randomUUID(),
      serial: name,
      host_key_public: "none",
      host_key_sealed: "none",
    })
    .execute();
  await db
    .insertInto("operation")
    .values({
      id: operation,
      root_id: operation,
      workflow: "service-retire",
      title: `retire ${name}`,
      subject_kind: "service",
      subject_id: service,
      // By a person: what Berth starts by itself, its owner sees and does not steer.
      user_id: "somebody",
      input: "{}",
      state: "done",
    })
    .execute();
  await db
    .insertInto("decision")
    .values({
      subject_kind: "server",
      subject_id: server,
      kind: "placement",
      chosen: "h-foreign",
      reasons: "[]",
    })
    .execute();
  return { service, request, server, operation };
}
