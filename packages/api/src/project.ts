import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const ProjectInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  notes: z.string().nullable(),
  createdAt: Timestamp,
});

const Notes = z.string().max(2000);
const params = z.strictObject({ name: z.string().min(1).max(100).describe("the project's name or id") });
const columns = ["name", "notes", "createdAt", "id"];

export const projectContract = {
  listProjects: route({
    method: "GET",
    path: "/v1/projects",
    tag: "access",
    rule: "owner",
    summary: "Projects in which the caller has a role; all for administrators, operators, approvers and auditors",
    query: listQuery({}, ["name", "createdAt"]),
    response: pageOf(ProjectInfo),
    cli: { words: ["project", "list"], columns, example: "berth project list" },
  }),
  getProject: route({
    method: "GET",
    path: "/v1/projects/{name}",
    tag: "access",
    rule: "owner",
    summary: "One project",
    params,
    response: ProjectInfo,
    cli: { words: ["project", "show"], args: ["name"], columns, example: "berth project show shop" },
  }),
  createProject: route({
    method: "POST",
    path: "/v1/projects",
    tag: "access",
    rule: "administrator",
    summary: "Make a project; who has a role on it is a member",
    body: z.strictObject({ name: Name, notes: Notes.optional() }),
    response: ProjectInfo,
    status: 201,
    starts: true,
    cli: { words: ["project", "create"], args: ["name"], columns, example: "berth project create shop" },
  }),
  updateProject: route({
    method: "PATCH",
    path: "/v1/projects/{name}",
    tag: "access",
    rule: "administrator",
    summary: "Rename a project, or change its notes",
    params,
    body: z.strictObject({ newName: Name.optional(), notes: Notes.nullable().optional() }),
    response: ProjectInfo,
    versioned: true,
    cli: {
      words: ["project", "update"],
      args: ["name"],
      columns,
      example: "berth project update shop --notes 'The web shop and what it needs'",
    },
  }),
  deleteProject: route({
    method: "DELETE",
    path: "/v1/projects/{name}",
    tag: "access",
    rule: "administrator",
    summary: "Remove a project and the roles on it; refused while it has services that are not retired",
    params,
    response: z.object({}),
    status: 204,
    cli: {
      words: ["project", "delete"],
      args: ["name"],
      example: "berth project delete shop",
      confirm: "Its members lose their roles on it, and retired services forget that they belonged to it.",
    },
  }),
} satisfies Contract;
