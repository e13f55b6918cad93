import { randomBytes } from "node:crypto";
import { auditRoutes } from "../../audit/routes.ts";
import type { ChainDeps } from "../../audit/seal.ts";
import { testChain } from "../../audit/testing/chain.ts";
import { createOidcSignIn } from "../../directories/oidc-sign-in.ts";
import { identityRoutes } from "../../identity/routes.ts";
import type { Db } from "../../kernel/db/db.ts";
import type { RouteSet } from "../../kernel/http/handler.ts";
import { createSecretBox, type SecretBox } from "../../kernel/secrets.ts";
import { sessionRoutes } from "../session-routes.ts";
import { signInRoutes } from "../sign-in-routes.ts";

/** Users, sessions, ways to sign in and the audit, with a key of this test's own. Who seals removes the memory's folder. */
export async function identitySets(
  db: Db,
  options: { publicUrl?: string; secrets?: SecretBox } = {},
): Promise<{ sets: RouteSet[]; chain: ChainDeps }> {
  const { publicUrl = "http://127.0.0.1:7770", secrets = createSecretBox(randomBytes(32)) } = options;
  const oidc = createOidcSignIn({ secrets, publicUrl });
  const deps = { db, secrets, oidc, secure: false, publicUrl };
  const chain = testChain(db, secrets);
  return { sets: [identityRoutes({ db }), sessionRoutes(deps), signInRoutes(deps), auditRoutes(chain)], chain };
}
