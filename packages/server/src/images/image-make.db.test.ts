import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Db, inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { createOutgoing } from "../kernel/outgoing.ts";
import { exerciseWorkflow } from "../kernel/workflow/exercise.ts";
import { createBench } from "../kernel/workflow/exercise-bench.ts";
import { fetchImage } from "./image-fetch.ts";
import { imageFiles } from "./image-files.ts";
import { type ImageMake, imageMake } from "./image-make.ts";
import { addImage } from "./store.ts";
import { diskWith, factsOf } from "./test-disks.ts";

const BLOCKS = { blocks: ["00", "01", "05"] };
const FILE = "disk.img";
const disk = diskWith("the one");
const folders: string[] = [];
const tests: TestDb[] = [];

afterAll(async () => {
  for (const test of tests) await test.drop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A state directory with a disk to import, and a library with somebody else's image in it. */
async function setUp(db: Db, { content = disk, source = {} }: { content?: Buffer; source?: object } = {}) {
  const stateDir = await mkdtemp(join(tmpdir(), "berth-images-"));
  folders.push(stateDir);
  await mkdir(join(stateDir, "import"));
  await writeFile(join(stateDir, "import", FILE), content);
  const files = imageFiles(stateDir);
  await db.deleteFrom("image").execute();
  const other = randomUUID();
  await inTx(db, (tx) => addImage(tx, { id: other, name: "bystander", ...factsOf(diskWith("another")) }));
  await writeFile(join(await files.prepare(other), "disk.raw"), "untouched");
  const outgoing = createOutgoing();
  const deps = {
    files,
    fetch: (make: ImageMake, call: Parameters<typeof fetchImage>[2]) =>
      fetchImage({ files, outgoing, cacheDir: stateDir }, make, call),
  };
  const input: ImageMake = {
    imageId: randomUUID(),
    name: "mine",
    os: null,
    firmware: ["bios"],
    source: { kind: "file", file: FILE, format: "raw", ...source },
    actor: { userId: null, name: "test" },
  };
  return { deps, input, db, stateDir, files };
}

type Library = Awaited<ReturnType<typeof setUp>>;

/** The records, and what lies on disk for them. Ids differ from case to case. */
async function snapshot({ db, stateDir, input }: Pick<Library, "db" | "stateDir" | "input">) {
  const rows = await db.selectFrom("image").select(["id", "name", "version", "raw_sha256"]).orderBy("name").execute();
  const nameOf = (id: string) => rows.find((row) => row.id === id)?.name ?? (id === input.imageId ? "ours" : id);
  const onDisk = await readdir(join(stateDir, "images"), { recursive: true });
  const paths = onDisk.map((path) => path.replace(/^[0-9a-f-]{36}/, nameOf)).sort();
  return { rows: rows.map(({ id: _, ...row }) => row), paths, toImport: await readdir(join(stateDir, "import")) };
}

describe("image-make", { timeout: 180_000 }, () => {
  it("can repeat, fail or crash at any step and leaves neither a record nor a file behind", async () => {
    await exerciseWorkflow(imageMake, {
      ...BLOCKS,
      setUp: (db) => setUp(db),
      snapshot: (library) => snapshot(library),
    });
  });

  it("keeps one copy of the same bytes, wherever it is broken off", async () => {
    await exerciseWorkflow(imageMake, {
      ...BLOCKS,
      setUp: async (db) => {
        const library = await setUp(db);
        await inTx(db, (tx) => addImage(tx, { id: randomUUID(), name: "mine", ...factsOf(disk) }));
        return library;
      },
      snapshot: (library) => snapshot(library),
    });
  });

  const run = async (options: Parameters<typeof setUp>[1]) => {
    const test = await createTestDb(BLOCKS);
    tests.push(test);
    const library = await setUp(test.db, options);
    const bench = createBench({
      db: test.db,
      workflows: [{ workflow: imageMake, deps: library.deps }],
      messages: {},
      onMoment: () => undefined,
    });
    const before = await snapshot(library);
    const id = randomUUID();
    await bench.start(imageMake, id, library.input);
    const rest = await bench.drive(id);
    return { rest, before, after: await snapshot(library) };
  };

  it.each([
    ["a disk without a partition table", { content: Buffer.alloc(disk.length, "x") }, /no partition table/],
    ["other bytes than were announced", { source: { sha256: "0".repeat(64) } }, /digest/],
    ["an empty file", { content: Buffer.alloc(0) }, /nothing|something/],
    ["a file that is not there", { source: { file: "elsewhere.img" } }, /no file elsewhere/],
    ["a raw disk said to be qcow2", { source: { format: "qcow2" } }, /no qcow2/],
  ] as const)("refuses %s and says why, leaving nothing", async (_case, options, reason) => {
    const { rest, before, after } = await run(options);
    expect(rest.state).toBe("failed");
    expect(rest.error).toMatch(reason);
    expect(after).toEqual(before);
  });
});
