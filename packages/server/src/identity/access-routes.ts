import { grantContract } from "@berth/api/grant.ts";
import { groupContract } from "@berth/api/group.ts";
import { projectContract } from "@berth/api/project.ts";
import type { Db } from "../kernel/db/db.ts";
import { mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { createGrant, deleteGrant, grantRows, grantView } from "./grant-actions.ts";
import {
  addMember,
  createGroup,
  deleteGroup,
  getGroup,
  groupView,
  removeMember,
  updateGroup,
} from "./group-actions.ts";
import { groupRows } from "./group-store.ts";
import {
  createProject,
  deleteProject,
  getProject,
  type ProjectUse,
  projectRows,
  projectView,
  updateProject,
} from "./project-actions.ts";

export interface AccessDeps {
  readonly db: Db;
  readonly projectUse: ProjectUse;
}

export function groupRoutes({ db }: Pick<AccessDeps, "db">): RouteSet {
  return implement(groupContract, {
    listGroups: async ({ query }) => {
      const page = await pageQuery(groupRows(db), query, {
        sorts: { name: textKey("user_group.name"), createdAt: timeKey("user_group.created_at") },
        standard: "name",
        id: uuidKey("user_group.id"),
        search: textKey("user_group.name"),
      });
      return mapPage(page, groupView);
    },
    getGroup: ({ params }) => getGroup(db, params.name),
    createGroup: ({ actor, body, recordAnswer }) => createGroup(db, actor, body, recordAnswer),
    updateGroup: ({ actor, params, body, ifMatch }) =>
      updateGroup(db, actor, { group: params.name, ifMatch, change: body }),
    deleteGroup: async ({ actor, params }) => {
      await deleteGroup(db, actor, params.name);
      return {};
    },
    addGroupMember: ({ actor, params }) => addMember(db, actor, params.name, params.user),
    removeGroupMember: async ({ actor, params }) => {
      await removeMember(db, actor, params.name, params.user);
      return {};
    },
  });
}

export function projectRoutes({ db, projectUse }: AccessDeps): RouteSet {
  return implement(projectContract, {
    listProjects: async ({ actor, query }) => {
      const page = await pageQuery(projectRows(db, actor), query, {
        sorts: { name: textKey("project.name"), createdAt: timeKey("project.created_at") },
        standard: "name",
        id: uuidKey("project.id"),
        search: textKey("project.name"),
      });
      return mapPage(page, projectView);
    },
    getProject: async ({ actor, params }) => projectView(await getProject(db, actor, params.name)),
    createProject: async ({ actor, body, recordAnswer }) =>
      projectView(await createProject(db, actor, body, (tx, made) => recordAnswer(tx, projectView(made)))),
    updateProject: async ({ actor, params, body, ifMatch }) =>
      projectView(await updateProject(db, actor, { project: params.name, ifMatch, change: body })),
    deleteProject: async ({ actor, params }) => {
      await deleteProject(db, actor, params.name, projectUse);
      return {};
    },
  });
}

export function grantRoutes({ db }: Pick<AccessDeps, "db">): RouteSet {
  return implement(grantContract, {
    listGrants: async ({ query }) => {
      const { role, user, group, project, pool } = query;
      const rows = grantRows(db)
        .$if(role !== undefined, (q) => q.where("role_grant.role", "=", role ?? ""))
        .$if(user !== undefined, (q) => q.where("berth_user.name", "=", user ?? ""))
        .$if(group !== undefined, (q) => q.where("user_group.name", "=", group ?? ""))
        .$if(project !== undefined, (q) => q.where("project.name", "=", project ?? ""))
        .$if(pool !== undefined, (q) => q.where("resource_pool.name", "=", pool ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: { createdAt: timeKey("role_grant.created_at"), role: textKey("role_grant.role") },
        standard: "createdAt",
        id: uuidKey("role_grant.id"),
        search: textKey("role_grant.role"),
      });
      return mapPage(page, grantView);
    },
    createGrant: async ({ actor, body, recordAnswer }) =>
      grantView(await createGrant(db, actor, body, (tx, made) => recordAnswer(tx, grantView(made)))),
    deleteGrant: async ({ actor, params }) => {
      await deleteGrant(db, actor, params.id);
      return {};
    },
  });
}
