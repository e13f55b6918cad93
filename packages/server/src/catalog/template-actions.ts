import { createHash, randomUUID } from "node:crypto";
import { diffTemplates } from "@berth/api/template-diff.ts";
import { sql } from "kysely";
import { parseDocument, stringify } from "yaml";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { entitlementOf } from "../policies/entitlement.ts";
import { UNRESTRICTED } from "../policies/rules.ts";
import { type Document, readTemplate } from "./read-template.ts";
import { documentOf, findTemplate, labelOf, refOf, type TemplateRef, type TemplateRow } from "./store.ts";
import type { Template } from "./template.ts";
import { seesUnpublished } from "./template-list.ts";
import { noteTemplate } from "./template-note.ts";
import { refuseUnpublishable } from "./template-publish.ts";
import { refuseUsed } from "./template-users.ts";

interface ApplyWish {
  readonly document: string;
  readonly publish: boolean;
  /** The version that was edited, 0 for a new name. */
  readonly base?: number | undefined;
}

/** Saves a text as the next version of its name, unless it is word for word the latest version. */
export async function applyTemplate(db: Db, actor: Actor, wish: ApplyWish): Promise<TemplateRow> {
  const { document } = validDocument(wish.document);
  return inTx(db, async (tx) => {
    const saved = await saveVersion(tx, actor, { document, text: wish.document, base: wish.base ?? null });
    return wish.publish && !saved.published ? publish(tx, actor, saved) : saved;
  });
}

/** Two versions, the later one the latest if it is not named, and what changed from one to the other. */
export async function diffTemplate(
  db: Db,
  actor: Actor,
  ref: string,
  { from, to }: { readonly from: number; readonly to?: number | undefined },
) {
  const { name } = refOf(ref);
  const before = await getTemplate(db, actor, `${name}@${from}`);
  const after = await getTemplate(db, actor, to === undefined ? name : `${name}@${to}`);
  return {
    from: labelOf(before),
    to: labelOf(after),
    items: diffTemplates(documentOf(before), documentOf(after)),
    before: before.document,
    after: after.document,
  };
}

/** What a reference names, if the caller may see it; a bare name means the latest version. */
export async function getTemplate(db: Db | Tx, actor: Actor, ref: string): Promise<TemplateRow> {
  const row = await findTemplate(db, refOf(ref), { published: !seesUnpublished(actor) });
  const { templates } = seesUnpublished(actor) ? UNRESTRICTED : await entitlementOf(db, actor);
  if (row === null || (templates !== null && !templates.includes(row.name))) throw notThere(ref);
  return row;
}

/** Lets users request a version; a bare name means the latest one. Publishing again changes nothing. */
export async function publishTemplate(db: Db, actor: Actor, ref: string): Promise<TemplateRow> {
  return inTx(db, async (tx) => {
    const row = await lockTemplate(tx, refOf(ref), ref);
    return row.published ? row : publish(tx, actor, row);
  });
}

/** A bare name means the latest published version. */
export async function unpublishTemplate(db: Db, actor: Actor, ref: string): Promise<TemplateRow> {
  return inTx(db, async (tx) => {
    const found =
      (await findTemplate(tx, refOf(ref), { published: true })) ??
      (await findTemplate(tx, refOf(ref), { published: false }));
    if (found === null) throw notThere(ref);
    if (!found.published) return found;
    const row = await setPublished(tx, found.id, false);
    await noteTemplate(tx, actor, "unpublish", row);
    return row;
  });
}

/** Copies a version under another name, as the next version there. */
export async function cloneTemplate(db: Db, actor: Actor, ref: string, as: string): Promise<TemplateRow> {
  return inTx(db, async (tx) => {
    const row = await findTemplate(tx, refOf(ref), { published: false });
    if (row === null) throw notThere(ref);
    const taken = await findTemplate(tx, { name: as, number: null }, { published: false });
    if (taken !== null)
      throw new AppError("conflict", `there is a template ${as} already`, {
        fields: [{ field: "as", message: "is taken" }],
      });
    const text = renamed(row.document, as);
    return saveVersion(tx, actor, { document: validDocument(text).document, text, base: null });
  });
}

/** Deletes one version, or with a bare name all; none when one of them is published or a service was made of it. */
export async function deleteTemplate(db: Db, actor: Actor, ref: string): Promise<number> {
  return inTx(db, async (tx) => {
    const { name, number } = refOf(ref);
    await lockName(tx, name);
    const rows = await tx
      .selectFrom("template")
      .selectAll()
      .where("name", "=", name)
      .$if(number !== null, (q) => q.where("number", "=", number ?? 0))
      .orderBy("number")
      .forUpdate()
      .execute();
    if (rows.length === 0) throw notThere(ref);
    await refuseUsed(tx, rows);
    for (const row of rows) {
      await tx.deleteFrom("template").where("id", "=", row.id).execute();
      await noteTemplate(tx, actor, "delete", row);
    }
    return rows.length;
  });
}

/** `invalid_request` with everything that is wrong with a text. */
export function validDocument(yaml: string): { readonly document: Document; readonly template: Template } {
  const read = readTemplate(yaml);
  if ("template" in read) return read;
  const first = read.problems[0];
  const more = read.problems.length > 1 ? `, and ${read.problems.length - 1} more` : "";
  const message = first === undefined ? "is not valid" : `line ${first.line ?? 1}: ${first.field} ${first.message}`;
  throw new AppError("invalid_request", `the template is not valid: ${message}${more}`, {
    fields: read.problems.map(({ field, message, line }) => ({
      field,
      message,
      ...(line === undefined ? {} : { line }),
    })),
  });
}

/** The same text under another name, with its comments. */
function renamed(yaml: string, name: string): string {
  const document = parseDocument(yaml);
  document.setIn(["metadata", "name"], name);
  return document.toString({ lineWidth: 0 });
}

interface Saving {
  readonly document: Document;
  /** Kept as it was typed: its comments are somebody's work. */
  readonly text: string;
  readonly base: number | null;
}

async function saveVersion(tx: Tx, actor: Actor, { document, text, base }: Saving): Promise<TemplateRow> {
  const { name, title } = document.metadata;
  await lockName(tx, name);
  const latest = await findTemplate(tx, { name, number: null }, { published: false });
  if (latest?.document === text) return latest;
  if (base !== null && base !== (latest?.number ?? 0)) throw savedMeanwhile(name, base, latest);
  const digest = digestOf(document);
  const row = await tx
    .insertInto("template")
    .values({
      id: randomUUID(),
      name,
      number: await nextNumber(tx, name),
      title,
      document: text,
      body: JSON.stringify(document),
      digest,
      created_by: actor.name,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await noteTemplate(tx, actor, "apply", row);
  return row;
}

/** Of the meaning: whoever compares versions by it sees no difference in comments, or in where things are drawn. */
function digestOf({ layout: _layout, ...meaning }: Document): string {
  return createHash("sha256")
    .update(stringify(meaning, { lineWidth: 0 }))
    .digest("hex");
}

function savedMeanwhile(name: string, base: number, latest: TemplateRow | null): AppError {
  if (latest === null) return new AppError("conflict", `template ${name} was deleted while you edited it`);
  const words =
    base === 0
      ? `there is a template ${name} already`
      : `${latest.created_by} saved ${labelOf(latest)} while you edited version ${base}`;
  return new AppError("conflict", words, {
    fields: [{ field: "base", message: `is not the latest version, which is ${latest.number}` }],
  });
}

async function nextNumber(tx: Tx, name: string): Promise<number> {
  const row = await tx
    .selectFrom("template")
    .select((eb) => eb.fn.max("number").as("highest"))
    .where("name", "=", name)
    .executeTakeFirst();
  return (row?.highest ?? 0) + 1;
}

async function publish(tx: Tx, actor: Actor, row: TemplateRow): Promise<TemplateRow> {
  await refuseUnpublishable(tx, row);
  const published = await setPublished(tx, row.id, true);
  await noteTemplate(tx, actor, "publish", row);
  return published;
}

async function setPublished(tx: Tx, id: string, published: boolean): Promise<TemplateRow> {
  return tx
    .updateTable("template")
    .set({ published, published_at: published ? new Date() : null })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function lockTemplate(tx: Tx, ref: TemplateRef, text: string): Promise<TemplateRow> {
  await lockName(tx, ref.name);
  const row = await findTemplate(tx, ref, { published: false });
  if (row === null) throw notThere(text);
  return row;
}

/** Versions of one name are made one after the other, so that their numbers have no gaps and no doubles. */
async function lockName(tx: Tx, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`template:${name}`}, 7770))`.execute(tx);
}

function notThere(ref: string): AppError {
  return new AppError("not_found", `there is no template ${ref}`);
}
