import { randomUUID } from "node:crypto";
import { type ImageInfo, imageContract } from "@berth/api/image.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { AppError } from "../kernel/errors.ts";
import { type Actor, implement, type RouteSet } from "../kernel/http/handler.ts";
import type { Outgoing } from "../kernel/outgoing.ts";
import type { Engine, StepCall, Workflow } from "../kernel/workflow/workflow.ts";
import { findImage } from "./actions.ts";
import { fetchImage } from "./image-fetch.ts";
import type { ImageFiles } from "./image-files.ts";
import { describeSource, type ImageMake, type ImageWorld, imageMake } from "./image-make.ts";
import { type ImageRow, imageById, removeImage } from "./store.ts";

export interface ImageRoutesDeps {
  readonly db: Db;
  readonly engine: Engine & { register: RegisterWorkflow };
  readonly files: ImageFiles;
  readonly outgoing: Outgoing;
  readonly cacheDir: string;
  /** Names of servers that still need the image's files, which the rooms above know; such an image is not deleted. */
  readonly usersOf?: (tx: Tx, imageId: string) => Promise<readonly string[]>;
}

type RegisterWorkflow = <D extends object, I, O>(
  workflow: Workflow<D, I, O>,
  deps: NoInfer<Omit<D, keyof StepCall>> & object,
) => void;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOSTS = sql<number>`(select count(distinct r.host_id) from image_replica r where r.raw_sha256 = image.raw_sha256)`;

/** The routes of the image library, and the workflow behind them. */
export function imageRoutes(deps: ImageRoutesDeps): RouteSet {
  const { db, engine, files } = deps;
  const world: ImageWorld = { files, fetch: (make, call) => fetchImage(deps, make, call) };
  engine.register(imageMake, world);

  const start = async (
    make: Omit<ImageMake, "imageId" | "actor">,
    asked: { actor: Actor; recordAnswer: (tx: Tx, answer: unknown) => Promise<void> },
  ) => {
    const imageId = randomUUID();
    const operationId = randomUUID();
    const { actor } = asked;
    return inTx(db, async (tx) => {
      await engine.start(tx, imageMake, {
        id: operationId,
        input: { ...make, imageId, actor: { userId: actor.userId, name: actor.name } },
        title: `image ${make.name} (${describeSource(make.source)})`.slice(0, 200),
        subject: { kind: "image", id: imageId },
        userId: actor.userId,
      });
      await asked.recordAnswer(tx, { operationId });
      return { operationId };
    });
  };

  const find = async (tx: Db | Tx, ref: string): Promise<ImageRow> => {
    const id = UUID.test(ref) ? ref : (await findImage(tx, ref)).id;
    const row = await imageById(tx, id);
    if (row === null) throw new AppError("not_found", `there is no image ${ref}`);
    return row;
  };

  return implement(imageContract, {
    listImages: async ({ query }) => {
      const rows = db
        .selectFrom("image")
        .selectAll()
        .select(HOSTS.as("hosts"))
        .$if(query.name !== undefined, (q) => q.where("name", "=", query.name ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: { name: textKey("image.name"), createdAt: timeKey("image.created_at") },
        standard: "name",
        id: uuidKey("image.id"),
        search: textKey("image.name"),
      });
      return mapPage(page, (row) => imageInfo(row, row.hosts));
    },
    getImage: async ({ params }) => {
      const row = await find(db, params.ref);
      const { hosts } = await db
        .selectFrom("image")
        .select(HOSTS.as("hosts"))
        .where("id", "=", row.id)
        .executeTakeFirstOrThrow();
      return imageInfo(row, hosts);
    },
    buildImage: async ({ body, actor, recordAnswer }) => {
      const { recipe, mirror } = body;
      const source = { kind: "build" as const, recipe, ...(mirror === undefined ? {} : { mirror }) };
      const make = { name: body.as ?? recipe, os: recipe, firmware: ["bios", "uefi"], source };
      return start(make, { actor, recordAnswer });
    },
    importImage: async ({ body, actor, recordAnswer }) => {
      const { name, format, file, url, sha256, os = null, firmware } = body;
      const common = { format, ...(sha256 === undefined ? {} : { sha256 }) };
      const source =
        file === undefined
          ? { kind: "url" as const, url: url ?? "", ...common }
          : { kind: "file" as const, file, ...common };
      return start({ name, os, firmware: [...new Set(firmware)], source }, { actor, recordAnswer });
    },
    deleteImage: async ({ params, actor, requestId }) => {
      const row = await inTx(db, async (tx) => {
        const image = await find(tx, params.ref);
        const users = (await deps.usersOf?.(tx, image.id)) ?? [];
        if (users.length > 0) {
          const reasons = users.map((name) => `server ${name} is made of it`);
          throw new AppError("conflict", `image ${image.name}@${image.version} is in use`, { reasons });
        }
        const machines = await tx.selectFrom("deployment").select("id").where("image_id", "=", image.id).execute();
        if (machines.length > 0) throw new AppError("conflict", `image ${image.name}@${image.version} is on machines`);
        await removeImage(tx, image.id);
        const object = { kind: "image", id: image.id, name: `${image.name}@${image.version}` };
        await audit(tx, { actor, action: "image.delete", object, outcome: "done", requestId });
        return image;
      });
      // After the record: a folder that nobody knows costs space, a record without its folder would break an installation.
      await files.remove(row.id);
      return { deleted: `${row.name}@${row.version}` };
    },
  });
}

function imageInfo(row: ImageRow, hosts: number): z.input<typeof ImageInfo> {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    os: row.os,
    // The table's check allows these only.
    firmware: row.firmware as ("bios" | "uefi")[],
    rawBytes: row.raw_bytes,
    streamBytes: row.stream_bytes,
    rawSha256: row.raw_sha256,
    source: row.source,
    hosts: Number(hosts),
    createdAt: row.created_at.toISOString(),
  };
}
