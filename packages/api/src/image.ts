import { z } from "zod";
import { Id, Name, OperationLink, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const Firmware = z.enum(["bios", "uefi"]);

export const ImageInfo = z.object({
  id: Id,
  name: z.string(),
  version: z.number().int(),
  os: z.string().nullable(),
  firmware: z.array(Firmware).describe("what it starts on"),
  rawBytes: z.number().int().describe("bytes written to a disk"),
  streamBytes: z.number().int().describe("bytes sent to a machine (zstd)"),
  rawSha256: z.string().describe("digest of the bytes written to a disk"),
  source: z.string(),
  hosts: z.number().int().describe("hosts that have it already"),
  createdAt: Timestamp,
});

const params = z.strictObject({
  ref: z.string().min(1).max(80).describe("debian-12 for the newest version, debian-12@3 for that one, or an id"),
});

const BuildImage = z.strictObject({
  recipe: z
    .enum(["debian-12", "stand-in"])
    .describe("debian-12, or stand-in: a disk without a system, for simulated labs"),
  as: Name.optional().describe("the image's name; the recipe's when not given"),
  mirror: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional()
    .describe("Debian mirror, where this computer's apt has no Debian"),
});

const ImportImage = z
  .strictObject({
    name: Name.describe("the image's name; the same name again is the next version"),
    format: z.enum(["raw", "qcow2"]).describe("what the file is; it is not guessed"),
    file: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "the name of a file, without folders")
      .optional()
      .describe("a file in the folder `import` of the controller's state directory"),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .describe("where the controller fetches it from"),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")
      .optional()
      .describe("digest of the file as it is given"),
    os: z.string().min(1).max(60).optional().describe("the system in it, for example debian-12"),
    firmware: z.array(Firmware).min(1).max(2).default(["bios", "uefi"]).describe("what it starts on"),
  })
  .refine((body) => (body.file === undefined) !== (body.url === undefined), {
    error: "either file or url",
    path: ["file"],
  });

export const imageContract = {
  listImages: route({
    method: "GET",
    path: "/v1/images",
    tag: "images",
    rule: "signed-in",
    summary: "The image library, all versions",
    query: listQuery({ name: Name.optional() }, ["name", "createdAt"]),
    response: pageOf(ImageInfo),
    cli: {
      words: ["image", "list"],
      columns: ["name", "version", "os", "firmware", "rawBytes", "hosts", "createdAt"],
      example: "berth image list",
    },
  }),
  getImage: route({
    method: "GET",
    path: "/v1/images/{ref}",
    tag: "images",
    rule: "signed-in",
    summary: "One image",
    params,
    response: ImageInfo,
    cli: { words: ["image", "show"], args: ["ref"], example: "berth image show debian-12" },
  }),
  buildImage: route({
    method: "POST",
    path: "/v1/images/build",
    tag: "images",
    rule: "operate",
    summary: "Build an image out of Debian packages on the controller's computer, or find it in the cache",
    body: BuildImage,
    response: OperationLink,
    status: 202,
    starts: true,
    cli: { words: ["image", "build"], args: ["recipe"], example: "berth image build debian-12", follows: "operation" },
  }),
  importImage: route({
    method: "POST",
    path: "/v1/images/import",
    tag: "images",
    rule: "operate",
    summary: "Take a disk image into the library: from a URL, or from the controller's import folder",
    body: ImportImage,
    response: OperationLink,
    status: 202,
    starts: true,
    cli: {
      words: ["image", "import"],
      args: ["name"],
      example: "berth image import appliance --format qcow2 --file appliance.qcow2",
      follows: "operation",
    },
  }),
  deleteImage: route({
    method: "DELETE",
    path: "/v1/images/{ref}",
    tag: "images",
    rule: "operate",
    summary: "Delete one version (with a bare name the newest); servers that were made of it stay",
    params,
    response: z.object({ deleted: z.string().describe("name and version") }),
    cli: { words: ["image", "delete"], args: ["ref"], example: "berth image delete debian-12@1" },
  }),
} satisfies Contract;
