import { randomUUID } from "node:crypto";
import type { TokenInfo } from "@berth/api/identity.ts";
import { type Selectable, sql } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { hashSecret, newSecret } from "../kernel/auth/secrets.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import type { ApiTokenTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";

type TokenRow = Selectable<ApiTokenTable>;

interface NewToken {
  readonly userId: string;
  readonly name: string;
  readonly expiresAt: Date | null;
  readonly scope?: Actor["scope"] | undefined;
}

/** Adds a token's row; what it returns as `token` is kept nowhere. */
export async function insertToken(tx: Tx, given: NewToken): Promise<{ row: TokenRow; token: string }> {
  const token = newSecret("token");
  const row = await tx
    .insertInto("api_token")
    .values({
      id: randomUUID(),
      user_id: given.userId,
      name: given.name,
      secret_hash: hashSecret(token),
      expires_at: given.expiresAt,
      scope: given.scope ?? "full",
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row, token };
}

export async function createToken(
  db: Db,
  actor: Actor,
  given: Omit<NewToken, "userId">,
): Promise<{ row: TokenRow; token: string }> {
  if (given.expiresAt !== null && given.expiresAt.getTime() <= Date.now()) {
    throw new AppError("invalid_request", "The token would have ended already.", {
      fields: [{ field: "expiresAt", message: "must be in the future" }],
    });
  }
  try {
    return await inTx(db, async (tx) => {
      const made = await insertToken(tx, { userId: actor.userId ?? "", ...given });
      const details = { scope: made.row.scope, expiresAt: made.row.expires_at };
      await audit(tx, { actor, action: "token.create", object: objectOf(made.row), outcome: "done", details });
      return made;
    });
  } catch (error) {
    if (sqlState(error) !== "23505") throw error;
    throw new AppError("conflict", `You have a token named ${given.name} already. Revoke it, or choose another name.`, {
      fields: [{ field: "name", message: "is taken" }],
    });
  }
}

/** By id or name. Tokens of others are not found. */
export async function revokeToken(db: Db, actor: Actor, idOrName: string): Promise<void> {
  await inTx(db, async (tx) => {
    const row = await tx
      .updateTable("api_token")
      .set({ revoked_at: sql<Date>`now()` })
      .where("user_id", "=", actor.userId ?? "")
      .where("revoked_at", "is", null)
      .where((where) => where.or([where(sql<string>`id::text`, "=", idOrName), where("name", "=", idOrName)]))
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new AppError("not_found", "You have no such token.");
    await audit(tx, { actor, action: "token.revoke", object: objectOf(row), outcome: "done" });
  });
}

export function renderToken(row: Omit<TokenRow, "secret_hash">): z.input<typeof TokenInfo> {
  return {
    id: row.id,
    name: row.name,
    // The column's check allows these two only.
    scope: row.scope as Actor["scope"],
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}

function objectOf(row: TokenRow) {
  return { kind: "token", id: row.id, name: row.name };
}
