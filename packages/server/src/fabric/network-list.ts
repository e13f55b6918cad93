import type { NetworkInfo } from "@berth/api/network.ts";
import { sql } from "kysely";
import type { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { sizeOf } from "./address-rules.ts";
import { type RangeKind, readRange } from "./network-rules.ts";

type NetworkView = z.input<typeof NetworkInfo>;

interface RangeJson {
  readonly id: string;
  readonly kind: RangeKind;
  readonly start: string;
  readonly end: string;
  readonly note: string | null;
}

/** Networks with their site, ranges and use, for lists and single ones. */
export function networkRows(db: Db | Tx) {
  return db
    .selectFrom("network")
    .innerJoin("site", "site.id", "network.site_id")
    .select(["network.id", "network.version", "network.name", "network.vlan", "network.domain", "network.pxe"])
    .select(["network.created_at", "site.name as site"])
    .select([
      sql<string>`network.cidr::text`.as("cidr"),
      sql<string | null>`host(network.gateway)`.as("gateway"),
      sql<string[]>`array(select host(d) from unnest(network.dns) d)`.as("dns"),
      sql<RangeJson[]>`coalesce((
        select json_agg(json_build_object('id', r.id, 'kind', r.kind, 'start', host(r.first_ip), 'end', host(r.last_ip),
          'note', r.note) order by r.first_ip, r.id)
        from network_range r where r.network_id = network.id), '[]')`.as("ranges"),
      sql<number>`(select count(*) from address a where a.network_id = network.id)`.as("held"),
    ]);
}

export type NetworkRow = Awaited<ReturnType<ReturnType<typeof networkRows>["executeTakeFirstOrThrow"]>>;

export async function findNetwork(db: Db | Tx, idOrName: string): Promise<NetworkRow | null> {
  const row = await networkRows(db)
    .where(`network.${refColumn(idOrName)}`, "=", idOrName)
    .executeTakeFirst();
  return row ?? null;
}

export function networkView(row: NetworkRow): NetworkView {
  const { held, created_at, ...rest } = row;
  return { ...rest, addresses: { held, automatic: automaticCount(row.ranges) }, createdAt: created_at.toISOString() };
}

/** An IPv6 range may hold more than a number can count; nobody needs to know how many more. */
function automaticCount(ranges: readonly RangeJson[]): number {
  const sizes = ranges.map((range) => (range.kind === "automatic" ? readRange(range) : null));
  const total = sizes.reduce((sum, range) => sum + (range === null ? 0n : sizeOf(range)), 0n);
  return Number(total > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : total);
}
