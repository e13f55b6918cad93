import { z } from "zod";
import { Id, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { Role } from "./role.ts";
import { type Contract, route } from "./route.ts";

/** Where the account is kept that somebody signs in with. */
export const SignInSource = z.enum(["local", "ldap", "oidc"]);

const Session = z.object({ name: z.string(), role: Role, expiresAt: Timestamp });

export const SessionInfo = z.object({
  id: Id,
  current: z.boolean().describe("the one that this request shows"),
  source: SignInSource.describe("how it was opened: by a password of Berth's own, a directory, or OpenID Connect"),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: Timestamp,
  lastSeenAt: Timestamp.describe("to the minute"),
  expiresAt: Timestamp.describe("it ends then at the latest"),
});

/** Of one's own choice: long enough that guessing is hopeless; bounded, as hashing costs time. */
export const NewPassword = z
  .string()
  .min(12)
  .max(200)
  .describe("12 to 200 characters, of any kind; not a common one, and not made out of the user's name");
const Password = z.string().min(1).max(200);

const columns = ["source", "address", "userAgent", "createdAt", "lastSeenAt", "current", "id"];
const userParams = z.strictObject({ name: z.string().min(1).max(100).describe("the user's name or id") });

export const sessionContract = {
  login: route({
    method: "POST",
    path: "/v1/session",
    tag: "sessions",
    rule: "public",
    callsPerMinute: 300,
    summary: "Sign in by name and password: the answer sets a session cookie",
    body: z.strictObject({ name: z.string().min(1).max(100), password: Password }),
    response: Session,
  }),
  logout: route({
    method: "DELETE",
    path: "/v1/session",
    tag: "sessions",
    rule: "signed-in",
    summary: "Sign out: the session or token that this request shows is worth nothing from now on",
    response: z.object({
      providerUrl: z.string().nullable().describe("where a browser goes to sign out of the OpenID provider too"),
    }),
  }),
  changePassword: route({
    method: "POST",
    path: "/v1/session/password",
    tag: "sessions",
    rule: "signed-in",
    summary: "Change one's own password; all sessions end, tokens stay",
    body: z.strictObject({ current: Password, next: NewPassword }),
    response: z.object({}),
    status: 204,
  }),
  listSessions: route({
    method: "GET",
    path: "/v1/sessions",
    tag: "sessions",
    rule: "owner",
    summary: "One's own sessions: where one is signed in",
    query: listQuery({}, ["createdAt"]),
    response: pageOf(SessionInfo),
    cli: { words: ["session", "list"], columns, example: "berth session list" },
  }),
  revokeSession: route({
    method: "DELETE",
    path: "/v1/sessions/{id}",
    tag: "sessions",
    rule: "owner",
    summary: "End a session of one's own; an administrator ends anybody's",
    params: z.strictObject({ id: Id }),
    response: z.object({}),
    status: 204,
    cli: {
      words: ["session", "revoke"],
      args: ["id"],
      example: "berth session revoke 0193f1a2-6c1e-7d3a-9b5e-1f2a3b4c5d6e",
    },
  }),
  revokeOtherSessions: route({
    method: "DELETE",
    path: "/v1/sessions",
    tag: "sessions",
    rule: "owner",
    summary: "End all one's sessions but the one that this request shows",
    response: z.object({ ended: z.number().int() }),
    cli: { words: ["session", "revoke-others"], example: "berth session revoke-others" },
  }),
  listUserSessions: route({
    method: "GET",
    path: "/v1/users/{name}/sessions",
    tag: "sessions",
    rule: "administrator",
    summary: "Where a user is signed in",
    params: userParams,
    query: listQuery({}, ["createdAt"]),
    response: pageOf(SessionInfo),
    cli: { words: ["user", "sessions"], args: ["name"], columns, example: "berth user sessions ada" },
  }),
  revokeUserSessions: route({
    method: "DELETE",
    path: "/v1/users/{name}/sessions",
    tag: "sessions",
    rule: "administrator",
    summary: "End all sessions of a user; tokens stay",
    params: userParams,
    response: z.object({ ended: z.number().int() }),
    cli: { words: ["user", "revoke-sessions"], args: ["name"], example: "berth user revoke-sessions ada" },
  }),
} satisfies Contract;
