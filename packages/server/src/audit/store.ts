import { sql } from "kysely";
import type { Db, Tx } from "../kernel/db/db.ts";
import type { AuditRow } from "./chain-rules.ts";

/** To the microsecond: what a JavaScript date would round, a hash must not. */
const AT_TEXT = sql<string>`to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The columns of a row as it is hashed and exported. */
export function auditRows(db: Db | Tx) {
  return db
    .selectFrom("audit as a")
    .select([
      "a.id",
      "a.user_id as userId",
      "a.user_name as userName",
      "a.address",
      "a.credential_kind as credentialKind",
      "a.credential_id as credentialId",
      "a.action",
      "a.object_kind as objectKind",
      "a.object_id as objectId",
      "a.object_name as objectName",
      "a.outcome",
      "a.request_id as requestId",
      "a.before",
      "a.after",
      "a.details",
      AT_TEXT.as("at"),
    ]);
}

/** Rows without a place in the chain, in the order in which they will get one. */
export async function unsealedRows(db: Db | Tx, given: { aboveId: number; limit: number }): Promise<AuditRow[]> {
  return auditRows(db)
    .where("a.id", ">", given.aboveId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("audit_seal as s").select("s.position").whereRef("s.audit_id", "=", "a.id"))),
    )
    .orderBy("a.id")
    .limit(given.limit)
    .execute();
}

/** Where the chain ends; null when nothing was ever sealed. */
export async function lastSeal(db: Db | Tx): Promise<{ position: number; hash: Buffer } | null> {
  const seal = await db
    .selectFrom("audit_seal")
    .select(["position", "hash"])
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  return seal ?? (await lastCut(db));
}

export async function lastCut(db: Db | Tx): Promise<{ position: number; hash: Buffer; mac: Buffer } | null> {
  const cut = await db
    .selectFrom("audit_cut")
    .select(["position", "hash", "mac"])
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  return cut ?? null;
}

/** Links of the chain behind a place, with their rows and the signatures that stand there. */
export async function sealsBehind(db: Db | Tx, position: number, limit: number) {
  return db
    .selectFrom("audit_seal as s")
    .leftJoin("audit_head as h", "h.position", "s.position")
    .select([
      "s.position",
      "s.audit_id as auditId",
      "s.hash",
      "h.hash as headHash",
      "h.mac as headMac",
      "h.at as headAt",
      "h.is_complete as isComplete",
    ])
    .where("s.position", ">", position)
    .orderBy("s.position")
    .limit(limit)
    .execute();
}
