import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { HeldGrant, Role, TokenScope } from "./role.ts";
import { type Contract, route } from "./route.ts";
import { NewPassword, SignInSource } from "./session.ts";

const Email = z.email().max(254);

export const UserInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  role: Role.describe("the role that it has on everything"),
  email: z.string().nullable(),
  enabled: z.boolean(),
  displayName: z.string().nullable(),
  source: SignInSource.describe("where its password is kept: here, in a directory, at an OpenID provider"),
  lastSignInAt: Timestamp.nullable(),
  createdAt: Timestamp,
});

export const UserDetail = UserInfo.extend({
  roles: z.array(Role).describe("on everything: its own, and those given to it or to its groups"),
  grants: z.array(HeldGrant).describe("roles that were given, by hand or through a group; also those on everything"),
  groups: z.array(z.object({ id: Id, name: z.string() })),
});

export const WhoAmI = UserDetail.extend({
  scope: TokenScope.describe("of the token that this request shows; full for a session"),
});

const UserWithPassword = UserInfo.extend({
  password: z.string().nullable().describe("the one that was made for it, shown this once; null when it was given"),
});

export const TokenInfo = z.object({
  id: Id,
  name: z.string(),
  scope: TokenScope,
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
});

const NewToken = TokenInfo.extend({ token: z.string().describe("shown this once") });

const params = z.strictObject({ name: z.string().min(1).max(100).describe("the user's name or id") });
const columns = ["name", "role", "enabled", "source", "email", "createdAt"];

export const identityContract = {
  whoami: route({
    method: "GET",
    path: "/v1/whoami",
    tag: "identity",
    rule: "signed-in",
    summary: "Who this request comes from, and which roles on what he has",
    response: WhoAmI,
    cli: { words: ["whoami"], example: "berth whoami" },
  }),
  listTokens: route({
    method: "GET",
    path: "/v1/tokens",
    tag: "identity",
    rule: "owner",
    summary: "One's own API tokens",
    query: listQuery({}, ["createdAt", "name"]),
    response: pageOf(TokenInfo),
    cli: {
      words: ["token", "list"],
      columns: ["name", "scope", "createdAt", "expiresAt", "lastUsedAt", "id"],
      example: "berth token list",
    },
  }),
  // Not one that `starts`: its answer holds a secret, and answers of those are kept. The name makes a repeat harmless.
  createToken: route({
    method: "POST",
    path: "/v1/tokens",
    tag: "identity",
    rule: "signed-in",
    summary: "Make an API token; it may do what its owner may, or only read it",
    body: z.strictObject({
      name: Name.describe("what it is for; unique among one's own tokens"),
      scope: TokenScope.default("full"),
      expiresAt: Timestamp.optional().describe("never, if not given"),
    }),
    response: NewToken,
    status: 201,
    cli: {
      words: ["token", "create"],
      args: ["name"],
      columns: ["name", "token", "scope", "expiresAt"],
      example: "berth token create dashboard --scope read --expires-at 2027-12-31T00:00:00Z",
    },
  }),
  revokeToken: route({
    method: "DELETE",
    path: "/v1/tokens/{id}",
    tag: "identity",
    rule: "owner",
    summary: "Revoke an API token",
    params: z.strictObject({ id: z.string().min(1).max(100).describe("the token's id or name") }),
    response: z.object({}),
    status: 204,
    cli: { words: ["token", "revoke"], args: ["id"], example: "berth token revoke ci" },
  }),
  listUsers: route({
    method: "GET",
    path: "/v1/users",
    tag: "identity",
    rule: "administrator",
    summary: "Users",
    query: listQuery({ role: Role.optional() }, ["name", "createdAt"]),
    response: pageOf(UserInfo),
    cli: { words: ["user", "list"], columns, example: "berth user list --role administrator" },
  }),
  getUser: route({
    method: "GET",
    path: "/v1/users/{name}",
    tag: "identity",
    rule: "administrator",
    summary: "One user, with all his roles and groups",
    params,
    response: UserDetail,
    cli: { words: ["user", "show"], args: ["name"], example: "berth user show ada" },
  }),
  // Not one that `starts`, for the same reason as createToken.
  createUser: route({
    method: "POST",
    path: "/v1/users",
    tag: "identity",
    rule: "administrator",
    summary: "Add a user; without a password one is made and shown once",
    body: z.strictObject({
      name: Name,
      role: Role.default("user"),
      email: Email.optional(),
      password: NewPassword.optional(),
    }),
    response: UserWithPassword,
    status: 201,
    cli: {
      words: ["user", "create"],
      args: ["name"],
      columns: ["name", "role", "email", "password"],
      example: "berth user create ada --role user --email ada@example.org",
    },
  }),
  updateUser: route({
    method: "PATCH",
    path: "/v1/users/{name}",
    tag: "identity",
    rule: "administrator",
    summary: "Change a user's role or mail address; the last administrator stays one",
    params,
    body: z.strictObject({ role: Role.optional(), email: Email.nullable().optional() }),
    response: UserInfo,
    versioned: true,
    cli: {
      words: ["user", "update"],
      args: ["name"],
      columns,
      example: "berth user update ada --role administrator",
    },
  }),
  disableUser: route({
    method: "POST",
    path: "/v1/users/{name}/disable",
    tag: "identity",
    rule: "administrator",
    summary: "Let a user in no more: sessions end, tokens work no more; what the user owns stays",
    params,
    response: UserInfo,
    cli: { words: ["user", "disable"], args: ["name"], columns, example: "berth user disable ada" },
  }),
  enableUser: route({
    method: "POST",
    path: "/v1/users/{name}/enable",
    tag: "identity",
    rule: "administrator",
    summary: "Let a disabled user in again",
    params,
    response: UserInfo,
    cli: { words: ["user", "enable"], args: ["name"], columns, example: "berth user enable ada" },
  }),
  resetPassword: route({
    method: "POST",
    path: "/v1/users/{name}/password",
    tag: "identity",
    rule: "administrator",
    summary: "Give a user another password; without one, it is made and shown once. Sessions end",
    params,
    body: z.strictObject({ password: NewPassword.optional() }),
    response: UserWithPassword,
    cli: {
      words: ["user", "reset-password"],
      args: ["name"],
      columns: ["name", "password"],
      example: "berth user reset-password ada",
    },
  }),
} satisfies Contract;
