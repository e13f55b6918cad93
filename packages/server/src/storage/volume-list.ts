import type { VolumeInfo } from "@berth/api/volume.ts";
import { sql } from "kysely";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";

type VolumeView = z.input<typeof VolumeInfo>;

export interface VolumeFilter {
  readonly state?: VolumeView["state"] | undefined;
  readonly host?: string | undefined;
  readonly machine?: string | undefined;
}

/** Volumes with the names of where they lie and of the servers that use them. */
export function volumeRows(db: Db | Tx, filter: VolumeFilter) {
  return db
    .selectFrom("volume")
    .leftJoin("host", "host.id", "volume.host_id")
    .leftJoin("machine", "machine.id", "volume.machine_id")
    .select(["volume.id", "volume.name", "volume.disk", "volume.role", "volume.state", "volume.place"])
    .select(["volume.size_gib as sizeGiB", "host.name as host", "machine.name as machine"])
    .select([
      sql<string[]>`array(
        select s.name from volume_use u join server s on s.id = u.server_id where u.volume_id = volume.id order by s.name
      )`.as("servers"),
      sql<Date>`lower(volume.during)`.as("starts_at"),
      sql<Date>`upper(volume.during)`.as("ends_at"),
    ])
    .$if(filter.state !== undefined, (q) => q.where("volume.state", "=", filter.state ?? ""))
    .$if(filter.host !== undefined, (q) => q.where("host.name", "=", filter.host ?? ""))
    .$if(filter.machine !== undefined, (q) => q.where("machine.name", "=", filter.machine ?? ""));
}

type VolumeRow = Awaited<ReturnType<ReturnType<typeof volumeRows>["executeTakeFirstOrThrow"]>>;

export function volumeView({ starts_at, ends_at, role, state, ...row }: VolumeRow): VolumeView {
  return {
    ...row,
    // The database checks both columns against these very words.
    role: role as VolumeView["role"],
    state: state as VolumeView["state"],
    startsAt: starts_at.toISOString(),
    endsAt: ends_at.toISOString(),
  };
}
