import { timingSafeEqual } from "node:crypto";
import type { Tx } from "../kernel/db/db.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { type ChainProblem, type ChainState, checkLink, FIRST_HASH, headText, type Link } from "./chain-rules.ts";
import { type ChainDeps, HEAD_CONTEXT, remembered } from "./seal.ts";
import { auditRows, lastCut, sealsBehind } from "./store.ts";

export interface Verification {
  readonly checked: number;
  /** The first and last place that are there. */
  readonly from: number;
  readonly through: number;
  readonly unsealed: number;
  readonly problem: ChainProblem | null;
}

const BATCH = 2_000;

/** Goes along the whole chain, in one view of the database, until the first place that is wrong. */
export async function verifyAudit(deps: ChainDeps, signal: AbortSignal): Promise<Verification> {
  const memory = await remembered(deps.memoryFile);
  // One view of all: rows that go meanwhile because of their age must not look as if they were missing.
  const inOneView = deps.db.transaction().setIsolationLevel("repeatable read");
  return inOneView.execute(async (tx) => {
    const unsealed = await countUnsealed(tx);
    const cut = await lastCut(tx);
    const from = (cut?.position ?? 0) + 1;
    let checked = 0;
    let state: ChainState = {
      position: cut?.position ?? 0,
      hash: cut?.hash ?? FIRST_HASH,
      completeAt: null,
      isSigned: true,
    };
    const found = (problem: ChainProblem | null): Verification => ({
      checked,
      from,
      through: state.position,
      unsealed,
      problem,
    });
    if (cut !== null && !isSigned(deps.secrets, cut)) {
      return found(atEnd(state, "The record of what was dropped because of its age is not signed with Berth's key."));
    }
    for (;;) {
      signal.throwIfAborted();
      const links = await linksBehind(tx, deps.secrets, state.position);
      for (const link of links) {
        const step = checkLink(state, link);
        if ("problem" in step) return found(step.problem);
        checked += 1;
        state = step.state;
        if (memory?.position === state.position && !memory.hash.equals(state.hash)) {
          return found(atEnd(state, "This controller remembers another row at this place."));
        }
      }
      if (links.length < BATCH) break;
    }
    if (!state.isSigned) return found(atEnd(state, "The end of the chain is not signed with Berth's key."));
    if (memory !== null && memory.position > state.position) {
      return found(
        atEnd(
          state,
          `This controller remembers ${memory.position} rows: the youngest were removed, or an older copy of the database was put back.`,
        ),
      );
    }
    return found(null);
  });
}

async function linksBehind(tx: Tx, secrets: SecretBox, position: number): Promise<Link[]> {
  const seals = await sealsBehind(tx, position, BATCH);
  if (seals.length === 0) return [];
  const ids = seals.map((seal) => seal.auditId);
  const rows = new Map((await auditRows(tx).where("a.id", "in", ids).execute()).map((row) => [row.id, row]));
  return seals.map(({ headHash, headMac, headAt, isComplete, ...seal }) => ({
    ...seal,
    row: rows.get(seal.auditId) ?? null,
    head:
      headHash === null || headMac === null || headAt === null
        ? null
        : {
            isSigned:
              headHash.equals(seal.hash) &&
              isSigned(secrets, { position: seal.position, hash: headHash, mac: headMac }),
            isComplete: isComplete === true,
            at: headAt.toISOString(),
          },
  }));
}

function isSigned(secrets: SecretBox, head: { position: number; hash: Buffer; mac: Buffer }): boolean {
  const right = secrets.mac(headText(head), HEAD_CONTEXT);
  return right.length === head.mac.length && timingSafeEqual(right, head.mac);
}

function atEnd(state: ChainState, reason: string): ChainProblem {
  return { position: state.position, auditId: null, at: null, reason };
}

async function countUnsealed(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom("audit as a")
    .leftJoin("audit_seal as s", "s.audit_id", "a.id")
    .where("s.position", "is", null)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return row.count;
}
