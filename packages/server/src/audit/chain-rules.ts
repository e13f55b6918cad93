import { createHash } from "node:crypto";

/**
 * The chain over the audit. Each row's hash covers the row and the hash before, so a row that is changed, removed,
 * moved or put in between breaks it at that place. Whoever can write to the database could compute it all again from
 * there; that is why the end of each batch is signed with a key outside the database.
 */

/** A row as it is hashed: times as text with microseconds, so that nothing is rounded on the way. */
export interface AuditRow {
  readonly id: number;
  readonly at: string;
  readonly userId: string | null;
  readonly userName: string;
  readonly address: string | null;
  readonly credentialKind: string | null;
  readonly credentialId: string | null;
  readonly action: string;
  readonly objectKind: string;
  readonly objectId: string;
  readonly objectName: string | null;
  readonly outcome: string;
  readonly requestId: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly details: unknown;
}

export const FIRST_HASH: Buffer = Buffer.alloc(32);

/** A row is in the database within this time of the moment that it names. */
const LATE_MS = 15 * 60_000;

export function chainHash(previous: Buffer, row: AuditRow): Buffer {
  const fields = [
    "berth-audit-1",
    row.id,
    row.at,
    row.userId,
    row.userName,
    row.address,
    row.credentialKind,
    row.credentialId,
    row.action,
    row.objectKind,
    row.objectId,
    row.objectName,
    row.outcome,
    row.requestId,
    row.before,
    row.after,
    row.details,
  ];
  return createHash("sha256").update(previous).update(canonicalJson(fields)).digest();
}

/** What a batch's end is signed over. */
export function headText(head: { position: number; hash: Buffer }): string {
  return `berth-audit-head-1 ${head.position} ${head.hash.toString("hex")}`;
}

/** What was found at one place of the chain. */
export interface Link {
  readonly position: number;
  readonly auditId: number;
  readonly hash: Buffer;
  /** Null: the row is gone. */
  readonly row: AuditRow | null;
  /** The signature that stands here, where a batch ended. */
  readonly head: { readonly isSigned: boolean; readonly isComplete: boolean; readonly at: string } | null;
}

export interface ChainState {
  readonly position: number;
  readonly hash: Buffer;
  /** When every row that was there had its place. */
  readonly completeAt: string | null;
  /** The end of a batch is signed; in between, nothing is known yet. */
  readonly isSigned: boolean;
}

export interface ChainProblem {
  readonly position: number | null;
  readonly auditId: number | null;
  readonly at: string | null;
  readonly reason: string;
}

/** One step along the chain: how it stands behind this link, or what is wrong with it. */
export function checkLink(state: ChainState, link: Link): { state: ChainState } | { problem: ChainProblem } {
  const wrong = (reason: string) => ({
    problem: { position: link.position, auditId: link.auditId, at: link.row?.at ?? null, reason },
  });
  if (link.position !== state.position + 1) {
    return wrong(`Place ${state.position + 1} of the chain is missing: a row was removed.`);
  }
  if (link.row === null) return wrong("The row at this place was removed.");
  if (!chainHash(state.hash, link.row).equals(link.hash)) {
    return wrong("The row does not fit its hash: it was changed, moved, or put in after the rows were sealed.");
  }
  if (isLate(state.completeAt, link.row.at)) {
    return wrong(`The row was put in later: it says ${link.row.at}, and was not there at ${state.completeAt}.`);
  }
  if (link.head?.isSigned === false) {
    return wrong("The signature over the chain up to here is wrong: it was computed again without Berth's key.");
  }
  return {
    state: {
      position: link.position,
      hash: link.hash,
      completeAt: link.head?.isComplete === true ? link.head.at : state.completeAt,
      isSigned: link.head !== null,
    },
  };
}

function isLate(completeAt: string | null, at: string): boolean {
  return completeAt !== null && Date.parse(at) < Date.parse(completeAt) - LATE_MS;
}

/** The same text for the same value: the database gives the keys of objects back in an order of its own. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
