import { identityContract } from "@berth/api/identity.ts";
import type { Db } from "../kernel/db/db.ts";
import { mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { grantsOf, groupsOf, namedGrants, rolesOf } from "./held-grants.ts";
import { getUser, renderUser } from "./store.ts";
import { createToken, renderToken, revokeToken } from "./tokens.ts";
import { createUser, disableUser, enableUser, resetPassword, updateUser } from "./users.ts";

export function identityRoutes({ db }: { db: Db }): RouteSet {
  return implement(identityContract, {
    whoami: async ({ actor }) => ({
      ...renderUser(await getUser(db, actor.userId ?? "")),
      roles: [...actor.roles],
      grants: await namedGrants(db, actor.grants),
      groups: await groupsOf(db, actor.userId ?? ""),
      scope: actor.scope,
    }),
    listTokens: async ({ actor, query }) => {
      const own = db
        .selectFrom("api_token")
        .select(["id", "user_id", "name", "created_at", "expires_at", "last_used_at", "revoked_at", "scope"])
        .where("user_id", "=", actor.userId ?? "")
        .where("revoked_at", "is", null);
      const page = await pageQuery(own, query, {
        sorts: { name: textKey("api_token.name"), createdAt: timeKey("api_token.created_at") },
        standard: "createdAt",
        id: uuidKey("api_token.id"),
        search: textKey("api_token.name"),
      });
      return mapPage(page, renderToken);
    },
    createToken: async ({ actor, body }) => {
      const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt);
      const { row, token } = await createToken(db, actor, { name: body.name, scope: body.scope, expiresAt });
      return { ...renderToken(row), token };
    },
    revokeToken: async ({ actor, params }) => {
      await revokeToken(db, actor, params.id);
      return {};
    },

    listUsers: async ({ query }) => {
      const { role } = query;
      const users = db
        .selectFrom("berth_user")
        .selectAll()
        .$if(role !== undefined, (q) => q.where("role", "=", role ?? ""));
      const page = await pageQuery(users, query, {
        sorts: { name: textKey("berth_user.name"), createdAt: timeKey("berth_user.created_at") },
        standard: "name",
        id: uuidKey("berth_user.id"),
        search: textKey("berth_user.name"),
      });
      return mapPage(page, renderUser);
    },
    getUser: async ({ params }) => {
      const user = await getUser(db, params.name);
      const grants = await grantsOf(db, user.id);
      const groups = await groupsOf(db, user.id);
      return { ...renderUser(user), roles: rolesOf(user, grants), grants: await namedGrants(db, grants), groups };
    },
    createUser: async ({ actor, body }) => {
      const { user, password } = await createUser(db, actor, body);
      return { ...renderUser(user), password };
    },
    updateUser: async ({ actor, params, body, ifMatch }) =>
      renderUser(await updateUser(db, actor, { name: params.name, ifMatch, change: body })),
    disableUser: async ({ actor, params }) => renderUser(await disableUser(db, actor, params.name)),
    enableUser: async ({ actor, params }) => renderUser(await enableUser(db, actor, params.name)),
    resetPassword: async ({ actor, params, body }) => {
      const { user, password } = await resetPassword(db, actor, { name: params.name, password: body.password });
      return { ...renderUser(user), password };
    },
  });
}
