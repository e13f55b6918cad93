import type { ServerDetail, ServerInfo } from "@berth/api/server.ts";
import type { z } from "zod";
import { may } from "../identity/grants.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { verbsOf } from "../kernel/verbs.ts";
import { policyRefusal, type Viewer } from "../policies/entitlement.ts";
import { serverScope } from "./scope.ts";
import type { ServerRow } from "./store.ts";
import { type ServerVerb, serverVerbs } from "./verb-rules.ts";

type Power = "on" | "off" | "unknown";

export function serverInfo(
  server: ServerRow,
  where: { service: string; project: string | null; on: string | null },
  viewer: Viewer,
): z.input<typeof ServerInfo> {
  return {
    id: server.id,
    version: server.version,
    name: server.name,
    hostname: server.hostname,
    kind: server.kind,
    state: server.state,
    service: where.service,
    project: where.project,
    group: server.group_name,
    on: where.on,
    cores: server.cores,
    memoryMiB: server.memory_mib,
    address: primaryAddress(server),
    // The database checks both columns against these three words.
    power: {
      wanted: server.power_wanted as Power,
      observed: server.power_observed as Power,
      observedAt: server.power_observed_at?.toISOString() ?? null,
    },
    ...verbsOf(verbsFor(server, viewer)),
    createdAt: server.created_at.toISOString(),
  };
}

/** Why the viewer may not do each verb with the server now; null where he may. */
export function verbsFor(server: ServerRow, viewer: Viewer): Record<ServerVerb, string | null> {
  const scope = serverScope(server);
  return serverVerbs({
    state: server.state,
    mayOperate: may(viewer.actor, "operate", scope),
    policy: (verb) => policyRefusal(viewer, scope, verb),
  });
}

export function serverDetail(
  server: ServerRow,
  where: { service: string; project: string | null; on: string | null; image: string },
  viewer: Viewer,
): z.input<typeof ServerDetail> {
  return {
    ...serverInfo(server, where, viewer),
    uuid: server.uuid,
    serial: server.serial,
    image: where.image,
    nics: server.nics.map(({ network, mac, ip }) => ({ network, mac, ip })),
    disks: server.disks.map(({ name, sizeGiB, role }) => ({ name, sizeGiB, role })),
    sshHostKey: server.host_key_public,
  };
}

/** The address of the primary network: where Berth and its users reach the server. */
export function primaryAddress(server: ServerRow): string | null {
  return (server.nics.find((nic) => nic.primary) ?? server.nics[0])?.ip ?? null;
}

/** Names of machines and hosts by id, for the servers at hand. */
export async function placesOf(db: Db | Tx, servers: readonly ServerRow[]): Promise<ReadonlyMap<string, string>> {
  const machineIds = servers.flatMap((server) => server.machine_id ?? []);
  const hostIds = servers.flatMap((server) => server.host_id ?? []);
  const machines =
    machineIds.length === 0
      ? []
      : await db.selectFrom("machine").select(["id", "name"]).where("id", "in", machineIds).execute();
  const hosts =
    hostIds.length === 0 ? [] : await db.selectFrom("host").select(["id", "name"]).where("id", "in", hostIds).execute();
  return new Map([...machines, ...hosts].map(({ id, name }) => [id, name]));
}
