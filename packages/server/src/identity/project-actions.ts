import { randomUUID } from "node:crypto";
import type { ProjectInfo } from "@berth/api/project.ts";
import type { Selectable } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { refColumn } from "../kernel/db/refs.ts";
import type { ProjectTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { mayWhere } from "./grants.ts";
import { checkVersion } from "./versions.ts";

type ProjectRow = Selectable<ProjectTable>;

/** Names of what keeps a project from being removed; known above this room. */
export type ProjectUse = (tx: Tx, projectId: string) => Promise<readonly string[]>;

/** Projects that the caller sees: those in which he has a role, and what his roles on everything reach. */
export function projectRows(db: Db | Tx, actor: Actor) {
  return db
    .selectFrom("project")
    .selectAll()
    .where(mayWhere(actor, "see", { owner: null, project: "project.id", pool: null }));
}

export async function getProject(db: Db | Tx, actor: Actor, nameOrId: string): Promise<ProjectRow> {
  const row = await projectRows(db, actor).where(refColumn(nameOrId), "=", nameOrId).executeTakeFirst();
  return row ?? noSuchProject(nameOrId);
}

export async function createProject(
  db: Db,
  actor: Actor,
  wish: { readonly name: string; readonly notes?: string | undefined },
  record: (tx: Tx, made: ProjectRow) => Promise<void>,
): Promise<ProjectRow> {
  return unlessTaken(() =>
    inTx(db, async (tx) => {
      const row = await tx
        .insertInto("project")
        .values({ id: randomUUID(), name: wish.name, notes: wish.notes ?? null })
        .returningAll()
        .executeTakeFirstOrThrow();
      const change = { after: factsOf(row) };
      await audit(tx, { actor, action: "project.create", object: objectOf(row), outcome: "done", ...change });
      await record(tx, row);
      return row;
    }),
  );
}

export async function updateProject(
  db: Db,
  actor: Actor,
  given: {
    readonly project: string;
    readonly ifMatch: number;
    readonly change: { readonly newName?: string | undefined; readonly notes?: string | null | undefined };
  },
): Promise<ProjectRow> {
  const { newName, notes } = given.change;
  return unlessTaken(() =>
    inTx(db, async (tx) => {
      const project = await lockProject(tx, given.project);
      checkVersion("project", project, given.ifMatch);
      const changed = await tx
        .updateTable("project")
        .set({
          name: newName ?? project.name,
          notes: notes === undefined ? project.notes : notes,
          version: project.version + 1,
        })
        .where("id", "=", project.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      const change = { before: factsOf(project), after: factsOf(changed) };
      await audit(tx, { actor, action: "project.update", object: objectOf(changed), outcome: "done", ...change });
      return changed;
    }),
  );
}

/** The roles on it go with it; `conflict` while something that lives belongs to it. */
export async function deleteProject(db: Db, actor: Actor, nameOrId: string, useOf: ProjectUse): Promise<void> {
  await inTx(db, async (tx) => {
    const project = await lockProject(tx, nameOrId);
    const use = await useOf(tx, project.id);
    if (use.length > 0) {
      throw new AppError("conflict", `The project ${project.name} still has services.`, {
        reasons: use.map((name) => `service ${name} belongs to it; delete it first`),
      });
    }
    await tx.deleteFrom("project").where("id", "=", project.id).execute();
    const change = { before: factsOf(project) };
    await audit(tx, { actor, action: "project.delete", object: objectOf(project), outcome: "done", ...change });
  });
}

async function lockProject(tx: Tx, nameOrId: string): Promise<ProjectRow> {
  const row = await tx
    .selectFrom("project")
    .selectAll()
    .where(refColumn(nameOrId), "=", nameOrId)
    .forUpdate()
    .executeTakeFirst();
  return row ?? noSuchProject(nameOrId);
}

function noSuchProject(nameOrId: string): never {
  throw new AppError("not_found", `There is no project ${nameOrId}.`);
}

async function unlessTaken<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (sqlState(error) !== "23505") throw error;
    throw new AppError("conflict", "There is a project of this name already.", {
      cause: error,
      fields: [{ field: "name", message: "is taken" }],
    });
  }
}

export function projectView(row: ProjectRow): z.input<typeof ProjectInfo> {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    notes: row.notes,
    createdAt: row.created_at.toISOString(),
  };
}

function factsOf(row: ProjectRow) {
  return { name: row.name, notes: row.notes };
}

function objectOf(row: ProjectRow) {
  return { kind: "project", id: row.id, name: row.name };
}
