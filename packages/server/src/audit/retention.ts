import { sql } from "kysely";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { type AuditActor, audit, SYSTEM_ACTOR } from "./audit.ts";
import { headText } from "./chain-rules.ts";
import { type ChainDeps, HEAD_CONTEXT, lockChain } from "./seal.ts";
import { lastCut } from "./store.ts";

interface Retention {
  readonly version: number;
  /** Null: for ever. */
  readonly days: number | null;
}

const MAX_ROWS = 50_000;

export async function getRetention(db: Db | Tx): Promise<Retention> {
  return db.selectFrom("audit_retention").select(["version", "days"]).executeTakeFirstOrThrow();
}

export async function setRetention(
  db: Db,
  actor: AuditActor,
  given: { days: number | null; ifMatch: number },
): Promise<Retention> {
  return inTx(db, async (tx) => {
    const before = await tx.selectFrom("audit_retention").selectAll().forUpdate().executeTakeFirstOrThrow();
    if (before.version !== given.ifMatch) {
      throw new AppError("precondition_failed", `It was changed meanwhile: it is at version ${before.version} now.`);
    }
    await tx
      .updateTable("audit_retention")
      .set((set) => ({ days: given.days, version: set("version", "+", 1) }))
      .execute();
    await audit(tx, {
      actor,
      action: "audit.set-retention",
      object: { kind: "audit", id: "retention" },
      outcome: "done",
      before: { days: before.days },
      after: { days: given.days },
    });
    return getRetention(tx);
  });
}

/**
 * Drops the oldest rows once their time is over: as far as the chain goes without a younger one in between. What goes
 * is written down first, signed, with the hash that the rest of the chain begins with. Answers how many rows went.
 */
export async function cutAudit({ db, secrets }: Pick<ChainDeps, "db" | "secrets">): Promise<number> {
  const { days } = await getRetention(db);
  if (days === null) return 0;
  return inTx(db, async (tx) => {
    if (!(await lockChain(tx))) return 0;
    const before = (await sql<{ at: Date }>`select now() - make_interval(days => ${days}) as at`.execute(tx)).rows[0]
      ?.at;
    if (before === undefined) return 0;
    const end = await endOfOld(tx, before);
    if (end === null) return 0;

    const mac = secrets.mac(headText(end), HEAD_CONTEXT);
    const start = (await lastCut(tx))?.position ?? 0;
    const rows = end.position - start;
    await tx
      .insertInto("audit_cut")
      .values({ ...end, mac, rows, before })
      .execute();
    const dropped = await tx
      .deleteFrom("audit_seal")
      .where("position", "<=", end.position)
      .returning("audit_id")
      .execute();
    await tx.deleteFrom("audit_head").where("position", "<=", end.position).execute();
    const ids = dropped.map((seal) => seal.audit_id);
    await sql`delete from audit where id = any(${ids}::bigint[])`.execute(tx);
    await audit(tx, {
      actor: SYSTEM_ACTOR,
      action: "audit.retire",
      object: { kind: "audit", id: String(end.position) },
      outcome: "done",
      details: { rows, before: before.toISOString(), hash: end.hash.toString("hex") },
    });
    return rows;
  });
}

/** The last place of the chain before the first row that is to be kept; null when nothing is to go. */
async function endOfOld(tx: Tx, before: Date): Promise<{ position: number; hash: Buffer } | null> {
  const start = (await lastCut(tx))?.position ?? 0;
  const kept = await tx
    .selectFrom("audit_seal as s")
    .innerJoin("audit as a", "a.id", "s.audit_id")
    .select("s.position")
    .where("a.at", ">=", before)
    .orderBy("s.position")
    .limit(1)
    .executeTakeFirst();
  const end = await tx
    .selectFrom("audit_seal")
    .select(["position", "hash"])
    .where("position", "<", kept?.position ?? Number.MAX_SAFE_INTEGER)
    .where("position", "<=", start + MAX_ROWS)
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  return end ?? null;
}
