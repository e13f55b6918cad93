import { randomUUID } from "node:crypto";
import type { IdentityRangeInfo, NewIdentityRange } from "@berth/api/identity-range.ts";
import { type Selectable, sql } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import type { IdentityRangeTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { areOverlapping, type IdentityRange, numberingOf } from "./identity-rules.ts";

type Row = Selectable<IdentityRangeTable>;
type View = z.input<typeof IdentityRangeInfo>;

/** Adds a range; `conflict` for a name that is taken, or values that another range of the kind gives out. */
export async function createIdentityRange(
  db: Db,
  actor: Actor,
  wish: z.output<typeof NewIdentityRange>,
): Promise<View> {
  const { name, kind } = wish;
  // As they are written everywhere else; serial numbers are in capitals.
  const spelled = (value: string) => (kind === "serial" ? value : value.toLowerCase());
  const range: IdentityRange = { kind, firstValue: spelled(wish.first), lastValue: spelled(wish.last) };
  if (numberingOf(range) === null)
    throw new AppError("invalid_request", `${wish.first} to ${wish.last} is no range of the kind ${kind}`, {
      fields: [{ field: "first", message: FORMS[kind] }],
    });
  return inTx(db, async (tx) => {
    // Two that are made at once would not see each other.
    await sql`lock table identity_range in share row exclusive mode`.execute(tx);
    const others = await tx.selectFrom("identity_range").selectAll().execute();
    if (others.some((other) => other.name === name))
      throw new AppError("conflict", `there is an identity range ${name} already`, {
        fields: [{ field: "name", message: "is taken" }],
      });
    const overlapping = others.filter((other) => areOverlapping(range, rangeOf(other)));
    if (overlapping.length > 0)
      throw new AppError("conflict", `${name} would give out what another range gives out`, {
        reasons: overlapping.map((other) => `${other.name}: ${other.first_value} to ${other.last_value}`),
      });
    const row = await tx
      .insertInto("identity_range")
      .values({ id: randomUUID(), kind, name, first_value: range.firstValue, last_value: range.lastValue })
      .returningAll()
      .executeTakeFirstOrThrow();
    const object = { kind: "identity-range", id: row.id, name };
    await audit(tx, { actor, action: "identity-range.create", object, outcome: "done", details: { ...range } });
    return identityRangeView(row);
  });
}

export async function deleteIdentityRange(db: Db, actor: Actor, idOrName: string): Promise<void> {
  await inTx(db, async (tx) => {
    const row = await tx
      .deleteFrom("identity_range")
      .where(refColumn(idOrName), "=", idOrName)
      .returning(["id", "name"])
      .executeTakeFirst();
    if (row === undefined) throw new AppError("not_found", `there is no identity range ${idOrName}`);
    const object = { kind: "identity-range", id: row.id, name: row.name };
    await audit(tx, { actor, action: "identity-range.delete", object, outcome: "done" });
  });
}

export function identityRangeView(row: Row): View {
  return {
    id: row.id,
    name: row.name,
    kind: rangeOf(row).kind,
    first: row.first_value,
    last: row.last_value,
    createdAt: row.created_at.toISOString(),
  };
}

function rangeOf(row: Row): IdentityRange {
  // The database checks the kind against these very words.
  return { kind: row.kind as IdentityRange["kind"], firstValue: row.first_value, lastValue: row.last_value };
}

const FORMS = {
  mac: "two addresses like 02:42:ac:00:00:00, the lower one first, none of them for groups (multicast)",
  uuid: "two UUIDs, the lower one first",
  serial: "two serial numbers with the same beginning and as many digits, like BRT-0001 and BRT-0999",
} as const;
