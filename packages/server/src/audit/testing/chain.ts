import { randomBytes, randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Db } from "../../kernel/db/db.ts";
import { createSecretBox, type SecretBox } from "../../kernel/secrets.ts";
import type { ChainDeps } from "../seal.ts";

/** A chain with a memory of its own. Who seals removes the memory's folder. */
export function testChain(db: Db, secrets: SecretBox = createSecretBox(randomBytes(32))): ChainDeps {
  return { db, secrets, memoryFile: join(tmpdir(), `berth-audit-${randomUUID()}`, "head.json") };
}
