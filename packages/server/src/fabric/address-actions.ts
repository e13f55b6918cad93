import { randomUUID } from "node:crypto";
import type { AddressInfo } from "@berth/api/address.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { addressKey } from "./address-claim.ts";
import { addressRows, addressView } from "./address-list.ts";
import { contains, formatAddress, parseAddress, parseCidr } from "./address-rules.ts";
import { getNetwork } from "./network-actions.ts";
import { insertUnlessTaken, lockValue } from "./occupancy.ts";

interface AddressReservation {
  readonly network: string;
  readonly ip: string;
  readonly note?: string | undefined;
}

/** Keeps an address from now on without an end; `conflict` with who holds it now or later. */
export async function reserveAddress(
  db: Db,
  actor: Actor,
  wish: AddressReservation,
): Promise<z.input<typeof AddressInfo>> {
  return inTx(db, async (tx) => {
    const network = await getNetwork(tx, wish.network);
    const subnet = parseCidr(network.cidr);
    const address = parseAddress(wish.ip);
    if (subnet === null || address === null || !contains(subnet, address))
      throw new AppError("invalid_request", `${wish.ip} is not an address of network ${network.name}`, {
        fields: [{ field: "ip", message: `is not in ${network.cidr}` }],
      });
    const id = randomUUID();
    const ip = formatAddress(address);
    await lockValue(tx, addressKey(network.id, ip));
    const isKept = await insertUnlessTaken(tx, () =>
      sql`
        insert into address (id, network_id, ip, kind, note, during)
        values (${id}, ${network.id}, ${ip}::inet, 'reserved', ${wish.note ?? null}, tstzrange(now(), null))`.execute(
        tx,
      ),
    );
    if (!isKept) {
      const holders = await addressRows(tx)
        .where("network.id", "=", network.id)
        .where(sql`host(address.ip)`, "=", ip)
        .execute();
      throw new AppError("conflict", `address ${ip} of network ${network.name} is held`, {
        reasons: holders.map((row) => `${ip} is ${row.state} by ${row.server ?? row.note ?? row.kind}`),
      });
    }
    await audit(tx, { actor, action: "address.reserve", object: { kind: "address", id, name: ip }, outcome: "done" });
    return addressView(await addressRows(tx).where("address.id", "=", id).executeTakeFirstOrThrow());
  });
}

/** Gives back what an administrator kept. An address of a server is not given back by hand: its server still uses it. */
export async function releaseAddress(db: Db, actor: Actor, id: string): Promise<void> {
  await inTx(db, async (tx) => {
    const row = await addressRows(tx).where("address.id", "=", id).executeTakeFirst();
    if (row === undefined) throw new AppError("not_found", `there is no address ${id}`);
    if (row.kind === "server")
      throw new AppError("conflict", `address ${row.ip} belongs to server ${row.server ?? "that is being made"}`, {
        reasons: ["it is given back when its server is removed"],
      });
    await tx.deleteFrom("address").where("id", "=", id).execute();
    await audit(tx, {
      actor,
      action: "address.release",
      object: { kind: "address", id, name: row.ip },
      outcome: "done",
    });
  });
}
