import type { ServerDetail, ServerInfo } from "@berth/api/server.ts";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { allowedActions } from "./rules.ts";
import type { ServerRow } from "./store.ts";

type Power = "on" | "off" | "unknown";

export function serverInfo(
  server: ServerRow,
  where: { service: string; project: string | null; on: string | null },
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
    allowed: allowedActions(server.state),
    createdAt: server.created_at.toISOString(),
  };
}

export function serverDetail(
  server: ServerRow,
  where: { service: string; project: string | null; on: string | null; image: string },
): z.input<typeof ServerDetail> {
  return {
    ...serverInfo(server, where),
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
