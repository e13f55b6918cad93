import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { sql } from "kysely";
import { z } from "zod";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { chainHash, FIRST_HASH, headText } from "./chain-rules.ts";
import { lastSeal, unsealedRows } from "./store.ts";

export interface ChainDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  /** Where this controller remembers how far it has sealed: out of the database's reach. */
  readonly memoryFile: string;
}

/** What a head is signed for; also the context of the key. */
export const HEAD_CONTEXT = "audit/head";

const LOCK_KEY = 7_770_130;
const BATCH = 1_000;
const MAX_BATCHES = 100;
/** A row may be committed after one with a higher id; how far back a pass looks for such. */
const WINDOW = 5_000;

/** Seals what is there. `isWhole` looks at all rows, not just at the young ones. Answers how many it sealed. */
export async function sealAudit(
  deps: ChainDeps,
  { isWhole, signal }: { isWhole: boolean; signal: AbortSignal },
): Promise<number> {
  let sum = 0;
  for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
    const head = await inTx(deps.db, (tx) => sealBatch(tx, deps.secrets, isWhole));
    if (head === null) break;
    // After the commit: a memory of what never was would look like a row that was removed.
    await remember(deps.memoryFile, head);
    sum += head.count;
    if (head.isComplete) break;
  }
  return sum;
}

/** One at a time works on the chain; who finds it taken leaves it for the next time. */
export async function lockChain(tx: Tx): Promise<boolean> {
  const lock = await sql<{ got: boolean }>`select pg_try_advisory_xact_lock(${LOCK_KEY}) as got`.execute(tx);
  return lock.rows[0]?.got === true;
}

async function sealBatch(tx: Tx, secrets: SecretBox, isWhole: boolean) {
  if (!(await lockChain(tx))) return null;
  const last = (await lastSeal(tx)) ?? { position: 0, hash: FIRST_HASH };
  const rows = await unsealedRows(tx, { aboveId: isWhole ? 0 : (await highestSealedId(tx)) - WINDOW, limit: BATCH });
  if (rows.length === 0) return null;

  let { hash } = last;
  const seals = rows.map((row, i) => {
    hash = chainHash(hash, row);
    return { position: last.position + 1 + i, audit_id: row.id, hash };
  });
  const head = { position: last.position + rows.length, hash };
  const isComplete = rows.length < BATCH;
  await tx.insertInto("audit_seal").values(seals).execute();
  await tx
    .insertInto("audit_head")
    .values({ ...head, mac: secrets.mac(headText(head), HEAD_CONTEXT), is_complete: isComplete })
    .execute();
  return { ...head, isComplete, count: rows.length };
}

async function highestSealedId(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom("audit_seal")
    .select(({ fn }) => fn.max("audit_id").as("id"))
    .executeTakeFirst();
  return row?.id ?? 0;
}

const Memory = z.object({ position: z.number().int(), hash: z.string().regex(/^[0-9a-f]{64}$/) });

async function remember(file: string, head: { position: number; hash: Buffer }): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ position: head.position, hash: head.hash.toString("hex") }), { mode: 0o600 });
  await rename(draft, file);
}

/** How far this controller has sealed, as it remembers it; null when it never did, or the file is not to be read. */
export async function remembered(file: string): Promise<{ position: number; hash: Buffer } | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const { position, hash } = Memory.parse(JSON.parse(text));
    return { position, hash: Buffer.from(hash, "hex") };
  } catch {
    return null;
  }
}
