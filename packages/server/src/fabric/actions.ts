import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { type During, insertUnlessTaken, rangeOf } from "./occupancy.ts";

export interface ProfileSpec {
  readonly serverId: string;
  readonly uuid: string;
  readonly serial: string;
  /** In the order of the server's NICs. */
  readonly nics: readonly { readonly mac: string; readonly networkId: string; readonly ip: string | null }[];
  readonly boot: "disk" | "network";
  /** The machine that wears it now; null until the server lands. */
  readonly machineId: string | null;
}

/** Records a server's identity; writing again replaces it. */
export async function writeProfile(tx: Tx, spec: ProfileSpec): Promise<{ profileId: string }> {
  const { rows } = await sql<{ id: string }>`
    insert into profile (id, server_id, uuid, serial, boot, machine_id)
    values (${randomUUID()}, ${spec.serverId}, ${spec.uuid}, ${spec.serial}, ${spec.boot}, ${spec.machineId})
    on conflict (server_id) do update
      set uuid = excluded.uuid, serial = excluded.serial, boot = excluded.boot, machine_id = excluded.machine_id
    returning id`.execute(tx);
  const profileId = rows[0]?.id;
  if (profileId === undefined) throw new Error("writing a profile returned no row");
  await sql`delete from profile_nic where profile_id = ${profileId}`.execute(tx);
  for (const [ordinal, nic] of spec.nics.entries()) {
    await sql`
      insert into profile_nic (profile_id, ordinal, mac, network_id, ip)
      values (${profileId}, ${ordinal}, ${nic.mac}::macaddr, ${nic.networkId}, ${nic.ip}::inet)`.execute(tx);
  }
  return { profileId };
}

/** Puts the server's profile on a machine, or takes it off. `conflict` when the machine wears another one. */
export async function bindProfile(tx: Tx, serverId: string, machineId: string | null): Promise<void> {
  const { rows } = await sql<{ server_id: string }>`
    select server_id from profile where machine_id = ${machineId} and server_id <> ${serverId}`.execute(tx);
  if (rows.length > 0) throw new AppError("conflict", "the machine still wears the profile of another server");
  await sql`update profile set machine_id = ${machineId} where server_id = ${serverId}`.execute(tx);
}

/** Gives back addresses, identity and profile of a server. What was never taken is no error. */
export async function releaseFabric(tx: Tx, serverId: string): Promise<void> {
  await sql`delete from profile where server_id = ${serverId}`.execute(tx);
  await sql`delete from address where server_id = ${serverId}`.execute(tx);
  await sql`delete from identity_claim where server_id = ${serverId}`.execute(tx);
}

/** Moves the planned time of all that a server holds here; `conflict` when somebody else has promises in that time. */
export async function changeFabric(tx: Tx, serverId: string, during: During): Promise<void> {
  const moved = await insertUnlessTaken(tx, async () => {
    await sql`update address set during = ${rangeOf(during)} where server_id = ${serverId}`.execute(tx);
    await sql`update identity_claim set during = ${rangeOf(during)} where server_id = ${serverId}`.execute(tx);
  });
  if (!moved)
    throw new AppError("conflict", "an address or identity of the server is promised to another one in that time");
}
