import { z } from "zod";
import { Id, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { Role } from "./role.ts";
import { type Contract, route } from "./route.ts";

export const GrantInfo = z.object({
  id: Id,
  role: Role,
  user: z.string().nullable().describe("who has the role, or null where a group has it"),
  group: z.string().nullable(),
  project: z.string().nullable().describe("what it is a role on; neither project nor pool: on everything"),
  pool: z.string().nullable(),
  createdBy: z.string(),
  createdAt: Timestamp,
});

const name = (what: string) => z.string().min(1).max(100).optional().describe(what);

export const grantContract = {
  listGrants: route({
    method: "GET",
    path: "/v1/grants",
    tag: "access",
    rule: "administrator",
    summary: "Who has which role on what, beside the role on everything that each user has",
    query: listQuery(
      {
        role: Role.optional(),
        user: name("name of a user; grants of groups that she is in are not shown"),
        group: name("name of a group"),
        project: name("name of a project"),
        pool: name("name of a pool"),
      },
      ["createdAt", "role"],
    ),
    response: pageOf(GrantInfo),
    cli: {
      words: ["grant", "list"],
      columns: ["role", "user", "group", "project", "pool", "createdBy", "createdAt", "id"],
      example: "berth grant list --project shop",
    },
  }),
  createGrant: route({
    method: "POST",
    path: "/v1/grants",
    tag: "access",
    rule: "administrator",
    summary: "Give a user or a group a role on a project, on a pool, or on everything",
    body: z.strictObject({
      role: Role,
      user: name("who gets it: a user's name or id; or a group"),
      group: name("which group gets it: its name or id"),
      project: name("on which project: its name or id; neither project nor pool: on everything"),
      pool: name("on which pool: its name or id"),
    }),
    response: GrantInfo,
    status: 201,
    starts: true,
    cli: {
      words: ["grant", "create"],
      args: ["role"],
      columns: ["role", "user", "group", "project", "pool", "id"],
      example: "berth grant create approver --group leads --project shop",
    },
  }),
  deleteGrant: route({
    method: "DELETE",
    path: "/v1/grants/{id}",
    tag: "access",
    rule: "administrator",
    summary: "Take a role away again; it counts no more from the next request on",
    params: z.strictObject({ id: Id }),
    response: z.object({}),
    status: 204,
    cli: {
      words: ["grant", "delete"],
      args: ["id"],
      example: "berth grant delete 0193f1a2-6c1e-7d3a-9b5e-1f2a3b4c5d6e",
    },
  }),
} satisfies Contract;
