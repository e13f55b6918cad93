import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { type During, insertUnlessTaken, lockValue, rangeOf } from "../fabric/occupancy.ts";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { type DiskPlan, volumeName } from "./volume-rules.ts";

export interface VolumeWish {
  readonly serverId: string;
  /** The id that shared disks are named after, the same for all servers that share them. */
  readonly groupId?: string;
  /** Exactly one of both: where the disks will lie. */
  readonly hostId: string | null;
  readonly machineId: string | null;
  readonly disks: readonly DiskPlan[];
  readonly during: During;
}

export interface PlannedVolume {
  readonly name: string;
  readonly disk: string;
  readonly place: string | null;
  readonly sizeGiB: number;
  readonly role: "boot" | "data" | "shared";
}

/**
 * Names the disks of a server before they are made; asking again answers the same. A shared disk is planned once and
 * used by all servers of its group. The room for them was reserved by the pools.
 */
export async function planVolumes(tx: Tx, wish: VolumeWish): Promise<PlannedVolume[]> {
  const planned: PlannedVolume[] = [];
  for (const disk of wish.disks) {
    const name = volumeName(wish, disk);
    if (wish.machineId !== null) await lockValue(tx, `volume:${wish.machineId}:${disk.on ?? ""}`);
    const isNew = await insertUnlessTaken(tx, async () => {
      const { rows } = await sql<{ id: string }>`
        insert into volume (id, name, host_id, machine_id, place, disk, role, size_gib, during)
        values (${randomUUID()}, ${name}, ${wish.hostId}, ${wish.machineId}, ${disk.on ?? null}, ${disk.name}, ${disk.role},
          ${disk.sizeGiB}, ${rangeOf(wish.during)})
        on conflict (name) where state <> 'removed' do update set name = excluded.name
        returning id`.execute(tx);
      await sql`
        insert into volume_use (volume_id, server_id) values (${rows[0]?.id}, ${wish.serverId})
        on conflict do nothing`.execute(tx);
    });
    if (!isNew)
      throw new AppError("conflict", `disk ${disk.on ?? disk.name} of the machine carries another volume at that time`);
    planned.push({ name, disk: disk.name, place: disk.on ?? null, sizeGiB: disk.sizeGiB, role: disk.role });
  }
  return planned;
}

/** Says what is known of a server's volumes. A shared one is removed with the last server that uses it. */
export async function markVolumes(tx: Tx, serverId: string, state: "planned" | "present" | "removed"): Promise<void> {
  await sql`
    update volume v set state = ${state}
    where v.state <> 'removed'
      and exists (select from volume_use u where u.volume_id = v.id and u.server_id = ${serverId})
      and (${state} = 'present' or not exists (
        select from volume_use u where u.volume_id = v.id and u.server_id <> ${serverId}))`.execute(tx);
  if (state === "removed") await leaveShared(tx, serverId);
}

/** Gives back what a server held: its volumes are gone from here on, as their removal was confirmed before. */
export async function releaseVolumes(tx: Tx, serverId: string): Promise<void> {
  await markVolumes(tx, serverId, "removed");
}

/** Moves the planned time of a server's volumes. */
export async function changeVolumes(tx: Tx, serverId: string, during: During): Promise<void> {
  const moved = await insertUnlessTaken(tx, () =>
    sql`
      update volume v set during = ${rangeOf(during)}
      where v.state <> 'removed'
        and exists (select from volume_use u where u.volume_id = v.id and u.server_id = ${serverId})`.execute(tx),
  );
  if (!moved) throw new AppError("conflict", "a disk of the server is promised to another one in that time");
}

/** Volumes whose removal is not known: what a server still has outside. */
export async function volumesOf(tx: Tx, serverId: string): Promise<(PlannedVolume & { isLastUser: boolean })[]> {
  const { rows } = await sql<PlannedVolume & { isLastUser: boolean }>`
    select v.name, v.disk, v.place, v.size_gib as "sizeGiB", v.role,
      not exists (select from volume_use o where o.volume_id = v.id and o.server_id <> ${serverId}) as "isLastUser"
    from volume v join volume_use u on u.volume_id = v.id
    where u.server_id = ${serverId} and v.state <> 'removed'
    order by v.created_at, v.name`.execute(tx);
  return rows;
}

/** A server that is gone no longer holds on to disks that others go on using. */
async function leaveShared(tx: Tx, serverId: string): Promise<void> {
  await sql`
    delete from volume_use u using volume v
    where v.id = u.volume_id and u.server_id = ${serverId} and v.state <> 'removed'`.execute(tx);
}
