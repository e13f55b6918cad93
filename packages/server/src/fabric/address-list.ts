import type { AddressInfo } from "@berth/api/address.ts";
import { sql } from "kysely";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";

type AddressView = z.input<typeof AddressInfo>;

/** What an occupancy is at this moment. */
const STATE = sql<AddressView["state"]>`case
  when lower(address.during) > now() then 'planned'
  when upper(address.during) <= now() then 'overdue'
  else 'in-use' end`;

/** Sorts as addresses do, IPv4 before IPv6, and travels in a cursor as text. */
export const ADDRESS_ORDER = sql<string>`encode(inet_send(address.ip), 'hex')`;

export interface AddressFilter {
  readonly network?: string | undefined;
  readonly kind?: AddressView["kind"] | undefined;
  readonly state?: AddressView["state"] | undefined;
}

/** Held addresses with the names of their networks and servers. */
export function addressRows(db: Db | Tx, filter: AddressFilter = {}) {
  return db
    .selectFrom("address")
    .innerJoin("network", "network.id", "address.network_id")
    .leftJoin("server", "server.id", "address.server_id")
    .select(["address.id", "address.kind", "address.nic", "address.mode", "address.note"])
    .select(["network.name as network", "server.name as server"])
    .select([
      sql<string>`host(address.ip)`.as("ip"),
      STATE.as("state"),
      sql<Date | null>`nullif(lower(address.during), '-infinity')`.as("starts_at"),
      sql<Date | null>`nullif(upper(address.during), 'infinity')`.as("ends_at"),
    ])
    .$if(filter.network !== undefined, (q) => q.where("network.name", "=", filter.network ?? ""))
    .$if(filter.kind !== undefined, (q) => q.where("address.kind", "=", filter.kind ?? ""))
    .$if(filter.state !== undefined, (q) => q.where(STATE, "=", filter.state ?? "in-use"));
}

type AddressRow = Awaited<ReturnType<ReturnType<typeof addressRows>["executeTakeFirstOrThrow"]>>;

export function addressView({ starts_at, ends_at, kind, mode, ...row }: AddressRow): AddressView {
  return {
    ...row,
    // The database checks both columns against these very words.
    kind: kind as AddressView["kind"],
    mode: mode as AddressView["mode"],
    startsAt: starts_at?.toISOString() ?? null,
    endsAt: ends_at?.toISOString() ?? null,
  };
}
