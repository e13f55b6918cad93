import { randomUUID } from "node:crypto";
import type { EnclosureDetail } from "@berth/api/enclosure.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { machineRows, machineView } from "./machine-list.ts";
import { nameTaken, siteIdOf } from "./places.ts";

export interface EnclosureWish {
  readonly name: string;
  readonly site: string;
  readonly model?: string | undefined;
  readonly bays: number;
}

export function enclosureRows(db: Db | Tx) {
  return db
    .selectFrom("enclosure")
    .innerJoin("site", "site.id", "enclosure.site_id")
    .select(["enclosure.id", "enclosure.version", "enclosure.name", "enclosure.model", "enclosure.bays"])
    .select(["enclosure.created_at", "site.name as site"])
    .select(
      sql<number>`(select count(*) from machine m where m.enclosure_id = enclosure.id and m.state <> 'retired')`.as(
        "filled",
      ),
    );
}

type EnclosureRow = Awaited<ReturnType<ReturnType<typeof enclosureRows>["executeTakeFirstOrThrow"]>>;

export function enclosureView({ created_at, ...row }: EnclosureRow) {
  return { ...row, createdAt: created_at.toISOString() };
}

async function findEnclosure(db: Db | Tx, idOrName: string): Promise<EnclosureRow> {
  const row = await enclosureRows(db)
    .where(`enclosure.${refColumn(idOrName)}`, "=", idOrName)
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", `there is no enclosure ${idOrName}`);
  return row;
}

export async function getEnclosure(db: Db, idOrName: string): Promise<z.input<typeof EnclosureDetail>> {
  const row = await findEnclosure(db, idOrName);
  const machines = await machineRows(db)
    .where("machine.enclosure_id", "=", row.id)
    .where("machine.state", "<>", "retired")
    .orderBy("machine.bay")
    .execute();
  return {
    ...enclosureView(row),
    machines: machines.map((machine) => ({ ...machineView(machine), bay: machine.bay ?? 0 })),
  };
}

export async function createEnclosure(tx: Tx, actor: Actor, wish: EnclosureWish): Promise<EnclosureRow> {
  const id = randomUUID();
  const { name, model, bays } = wish;
  const made = await tx
    .insertInto("enclosure")
    .values({ id, name, site_id: await siteIdOf(tx, wish.site), model: model ?? null, bays })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (made === undefined) throw nameTaken("enclosure", name);
  await audit(tx, { actor, action: "enclosure.create", object: { kind: "enclosure", id, name }, outcome: "done" });
  return findEnclosure(tx, id);
}

export async function deleteEnclosure(db: Db, actor: Actor, idOrName: string): Promise<void> {
  await inTx(db, async (tx) => {
    const { id, name, filled } = await findEnclosure(tx, idOrName);
    if (filled > 0)
      throw new AppError(
        "conflict",
        `in enclosure ${name}, ${filled} bays are filled: move or delete those machines first`,
      );
    // What was retired stands nowhere any more.
    await tx.updateTable("machine").set({ enclosure_id: null, bay: null }).where("enclosure_id", "=", id).execute();
    await tx.deleteFrom("enclosure").where("id", "=", id).execute();
    await audit(tx, { actor, action: "enclosure.delete", object: { kind: "enclosure", id, name }, outcome: "done" });
  });
}
