import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const GroupInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  external: z
    .string()
    .nullable()
    .describe("what a directory or a sign-in token calls it; who is in it there is a member here"),
  memberCount: z.number().int(),
  createdAt: Timestamp,
});

const GroupMember = z.object({
  id: Id,
  name: z.string(),
  sources: z.array(z.enum(["hand", "ldap", "oidc"])).describe("how it became a member"),
});

export const GroupDetail = GroupInfo.extend({
  members: z.array(GroupMember).describe("the first 1000 by name"),
});

const External = z
  .string()
  .max(500)
  .regex(/^(?:ldap|oidc):./, "ldap: or oidc: and its name there")
  .describe("ldap: or oidc: and its name there: of a directory its cn or DN, of a token what the groups claim says");
const params = z.strictObject({ name: z.string().min(1).max(100).describe("the group's name or id") });
const memberParams = params.extend({ user: z.string().min(1).max(100).describe("the user's name or id") });
const columns = ["name", "memberCount", "external", "createdAt"];

export const groupContract = {
  listGroups: route({
    method: "GET",
    path: "/v1/groups",
    tag: "access",
    rule: "administrator",
    summary: "Groups of users",
    query: listQuery({}, ["name", "createdAt"]),
    response: pageOf(GroupInfo),
    cli: { words: ["group", "list"], columns, example: "berth group list" },
  }),
  getGroup: route({
    method: "GET",
    path: "/v1/groups/{name}",
    tag: "access",
    rule: "administrator",
    summary: "One group with its members",
    params,
    response: GroupDetail,
    cli: { words: ["group", "show"], args: ["name"], example: "berth group show leads" },
  }),
  createGroup: route({
    method: "POST",
    path: "/v1/groups",
    tag: "access",
    rule: "administrator",
    summary: "Make a group; its roles are given by grants",
    body: z.strictObject({ name: Name, external: External.optional() }),
    response: GroupDetail,
    status: 201,
    starts: true,
    cli: { words: ["group", "create"], args: ["name"], columns, example: "berth group create leads" },
  }),
  updateGroup: route({
    method: "PATCH",
    path: "/v1/groups/{name}",
    tag: "access",
    rule: "administrator",
    summary: "Rename a group, or say what a directory calls it",
    params,
    body: z.strictObject({ newName: Name.optional(), external: External.nullable().optional() }),
    response: GroupDetail,
    versioned: true,
    cli: {
      words: ["group", "update"],
      args: ["name"],
      columns,
      example: "berth group update leads --external ldap:cn=leads,ou=groups,dc=example,dc=org",
    },
  }),
  deleteGroup: route({
    method: "DELETE",
    path: "/v1/groups/{name}",
    tag: "access",
    rule: "administrator",
    summary: "Remove a group and the roles given to it; its members stay users",
    params,
    response: z.object({}),
    status: 204,
    cli: {
      words: ["group", "delete"],
      args: ["name"],
      example: "berth group delete leads",
      confirm: "Its members lose the roles that they have through it.",
    },
  }),
  addGroupMember: route({
    method: "PUT",
    path: "/v1/groups/{name}/members/{user}",
    tag: "access",
    rule: "administrator",
    summary: "Make a user a member of a group; once more changes nothing",
    params: memberParams,
    response: GroupDetail,
    cli: { words: ["group", "add"], args: ["name", "user"], columns, example: "berth group add leads ada" },
  }),
  removeGroupMember: route({
    method: "DELETE",
    path: "/v1/groups/{name}/members/{user}",
    tag: "access",
    rule: "administrator",
    summary: "Take a user out of a group; one whom a directory put there comes back with the next sign-in",
    params: memberParams,
    response: z.object({}),
    status: 204,
    cli: { words: ["group", "remove"], args: ["name", "user"], example: "berth group remove leads ada" },
  }),
} satisfies Contract;
