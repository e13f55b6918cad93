import { randomBytes, randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { type IdentityKind, type IdentityRange, localMacRange, numberingOf, valueBlocks } from "./identity-rules.ts";
import { claimFirstFree, type During, effective, rangeOf } from "./occupancy.ts";

export interface IdentityWish {
  readonly serverId: string;
  /** How many NICs need a MAC. */
  readonly nics: number;
  readonly during: During;
}

export interface Identity {
  readonly uuid: string;
  readonly serial: string;
  /** One per NIC, in order. */
  readonly macs: string[];
}

/**
 * Takes a UUID, a serial number and MACs for a server; asking again answers the same. Without a range of their kind,
 * UUID and serial number are random. Throws `insufficient_capacity` when a range is used up.
 */
export async function claimIdentity(tx: Tx, wish: IdentityWish): Promise<Identity> {
  const uuid = await claimValue(tx, wish, "uuid", 0);
  const serial = await claimValue(tx, wish, "serial", 0);
  const macs: string[] = [];
  for (let nic = 0; nic < wish.nics; nic += 1) macs.push(await claimValue(tx, wish, "mac", nic));
  return { uuid, serial, macs };
}

/** Gives a new installation a MAC range of its own, so that two Berths on one network hardly ever collide. */
export async function ensureDefaultIdentityRanges(db: Db): Promise<void> {
  const range = localMacRange(randomBytes(3));
  await sql`
    insert into identity_range (id, kind, name, first_value, last_value)
    select ${randomUUID()}, 'mac', 'default', ${range.firstValue}, ${range.lastValue}
    where not exists (select from identity_range where kind = 'mac')
    on conflict (name) do nothing`.execute(db);
}

async function claimValue(tx: Tx, wish: IdentityWish, kind: IdentityKind, ordinal: number): Promise<string> {
  const { rows: held } = await sql<{ value: string }>`
    select value from identity_claim
    where server_id = ${wish.serverId} and kind = ${kind} and ordinal = ${ordinal}`.execute(tx);
  if (held[0] !== undefined) return held[0].value;
  const value = await claimFirstFree(tx, {
    blocks: await blocksOf(tx, kind),
    lockKey: (candidate) => `${kind}:${candidate}`,
    free: (block) => freeOf(tx, kind, block, wish.during),
    insert: (candidate) =>
      sql`
      insert into identity_claim (id, kind, value, server_id, ordinal, during)
      values (${randomUUID()}, ${kind}, ${candidate}, ${wish.serverId}, ${ordinal}, ${rangeOf(wish.during)})`.execute(
        tx,
      ),
  });
  if (value !== null) return value;
  throw new AppError("insufficient_capacity", `no ${NAMES[kind]} is free at that time`, {
    reasons: [`all ranges of ${NAMES[kind]}es are used up; add one with "berth identity-range create"`],
  });
}

const NAMES = { mac: "MAC address", uuid: "UUID", serial: "serial number" } as const satisfies Record<
  IdentityKind,
  string
>;

async function blocksOf(tx: Tx, kind: IdentityKind): Promise<Iterable<string[]>> {
  const { rows } = await sql<{ first_value: string; last_value: string }>`
    select first_value, last_value from identity_range where kind = ${kind} order by created_at, id`.execute(tx);
  if (rows.length === 0) return kind === "mac" ? [] : [[randomValue(kind)]];
  const start = randomBytes(8).readBigUInt64BE();
  return blocksOfRanges(
    rows.map((row) => ({ kind, firstValue: row.first_value, lastValue: row.last_value })),
    start,
  );
}

/** Made as they are asked for: the first block nearly always has a free value, and all of them are 65,536. */
function* blocksOfRanges(ranges: readonly IdentityRange[], start: bigint): Generator<string[]> {
  for (const range of ranges) {
    const numbering = numberingOf(range);
    if (numbering !== null) yield* valueBlocks(numbering, start);
  }
}

function randomValue(kind: "uuid" | "serial"): string {
  return kind === "uuid" ? randomUUID() : `BRT-${randomBytes(5).toString("hex").toUpperCase()}`;
}

async function freeOf(tx: Tx, kind: IdentityKind, block: readonly string[], during: During): Promise<string[]> {
  const { rows } = await sql<{ value: string }>`
    select value from identity_claim
    where kind = ${kind} and value = any(${block}::text[]) and ${effective("during")} && ${rangeOf(during)}`.execute(
    tx,
  );
  const taken = new Set(rows.map((row) => row.value));
  return block.filter((value) => !taken.has(value));
}
