import type { Topology } from "@berth/api/topology.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { networkRows, networkView } from "../fabric/network-list.ts";
import type { Db } from "../kernel/db/db.ts";
import { assemblePlaces, type PlaceFacts } from "./topology-rules.ts";

/** Beyond it nobody sees anything in a picture; a site has its lists. */
const MAX_PLACES = 2_000;

/** A few sums for each place instead of rows for each machine, so that a large estate is told in one answer. */
export async function topologyOf(db: Db, site: string | undefined): Promise<z.input<typeof Topology>> {
  const sites = await db
    .selectFrom("site")
    .select(["id", "name"])
    .$if(site !== undefined, (q) => q.where("name", "=", site ?? ""))
    .orderBy("name")
    .execute();
  return { sites: await Promise.all(sites.map((row) => siteTopology(db, row))) };
}

async function siteTopology(db: Db, { id, name }: { id: string; name: string }) {
  const facts: PlaceFacts = {
    enclosures: await enclosuresOf(db, id),
    hosts: await hostsOf(db, id),
    machines: await machineTallies(db, id),
    servers: await serverTallies(db, id),
    networks: await networkTallies(db, id),
  };
  const networks = await networkRows(db).where("network.site_id", "=", id).orderBy("network.name").execute();
  const places = assemblePlaces(facts);
  const isComplete = facts.enclosures.length < MAX_PLACES && facts.hosts.length < MAX_PLACES;
  return { id, name, places, networks: networks.map(networkView), complete: isComplete };
}

function enclosuresOf(db: Db, siteId: string) {
  return db
    .selectFrom("enclosure")
    .select(["id", "name", "bays"])
    .where("site_id", "=", siteId)
    .orderBy("name")
    .limit(MAX_PLACES)
    .execute();
}

async function hostsOf(db: Db, siteId: string): Promise<PlaceFacts["hosts"]> {
  const rows = await db
    .selectFrom("host")
    .select(["id", "name", "state", "state_reason", "maintenance", "storage_pool", "storage_gib"])
    .select(
      sql<number>`(select coalesce(sum(r.storage_gib), 0) from reservation r
        where r.host_id = host.id and r.released_at is null and lower(r.during) <= now())`.as("promised_gib"),
    )
    .where("site_id", "=", siteId)
    .where("state", "<>", "retired")
    .orderBy("name")
    .limit(MAX_PLACES)
    .execute();
  // The database checks the column against the states of the lifecycle; so for those of machines and servers below.
  return rows.map((row) => ({ ...row, state: row.state as PlaceFacts["hosts"][number]["state"] }));
}

async function machineTallies(db: Db, siteId: string): Promise<PlaceFacts["machines"]> {
  const rows = await db
    .selectFrom("machine")
    .select(["enclosure_id", "state", "health", "maintenance"])
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("site_id", "=", siteId)
    .where("state", "<>", "retired")
    .groupBy(["enclosure_id", "state", "health", "maintenance"])
    .orderBy("state")
    .execute();
  return rows as PlaceFacts["machines"];
}

/** Servers with the place that they have landed at. */
function landed(db: Db, siteId: string) {
  return db
    .selectFrom("server")
    .leftJoin("machine", "machine.id", "server.machine_id")
    .select(["machine.enclosure_id", "server.host_id"])
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("server.site_id", "=", siteId)
    .where("server.state", "<>", "retired")
    .where((eb) => eb.or([eb("server.machine_id", "is not", null), eb("server.host_id", "is not", null)]))
    .groupBy(["machine.enclosure_id", "server.host_id"]);
}

async function serverTallies(db: Db, siteId: string): Promise<PlaceFacts["servers"]> {
  const rows = await landed(db, siteId)
    .select("server.state")
    .groupBy("server.state")
    .orderBy("server.state")
    .execute();
  return rows as PlaceFacts["servers"];
}

function networkTallies(db: Db, siteId: string): Promise<PlaceFacts["networks"]> {
  return landed(db, siteId)
    .innerJoin("profile", "profile.server_id", "server.id")
    .innerJoin("profile_nic", "profile_nic.profile_id", "profile.id")
    .innerJoin("network", "network.id", "profile_nic.network_id")
    .select("network.name")
    .groupBy("network.name")
    .orderBy("network.name")
    .execute();
}
