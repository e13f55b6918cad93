import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { findImage, findImageById } from "./actions.ts";
import { addImage } from "./store.ts";
import { diskWith, factsOf } from "./test-disks.ts";

let test: TestDb;
beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01", "05"] });
});
afterAll(() => test?.drop());

const add = (name: string, content: string, id = randomUUID()) =>
  inTx(test.db, (tx) => addImage(tx, { id, name, ...factsOf(diskWith(content)) }));

describe("the image library (CAP G6)", () => {
  it("numbers versions, and finds the newest or the one that is named", async () => {
    await add("system", "one");
    const second = await add("system", "two");
    expect(await findImage(test.db, "system")).toMatchObject({ id: second.id, version: 2 });
    expect(await findImage(test.db, "system@1")).toMatchObject({ name: "system", version: 1 });
    expect(await findImageById(test.db, second.id)).toMatchObject({ version: 2 });
  });

  it("says which version is the newest when the named one is not there", async () => {
    await add("lonely", "one");
    await expect(findImage(test.db, "lonely@7")).rejects.toMatchObject({
      code: "not_found",
      message: "there is no image lonely@7; the newest is lonely@1",
    });
    await expect(findImage(test.db, "nobody")).rejects.toMatchObject({ code: "not_found" });
    await expect(findImage(test.db, "No Such Name")).rejects.toMatchObject({ code: "invalid_request" });
    await expect(findImageById(test.db, randomUUID())).rejects.toMatchObject({ code: "not_found" });
  });

  it("makes no new version of the same bytes, but one of bytes that come back later", async () => {
    const first = await add("same", "a");
    expect((await add("same", "a")).id).toBe(first.id);
    await add("same", "b");
    expect((await add("same", "a")).version).toBe(3);
  });

  it("gives twenty that arrive at once twenty versions", async () => {
    const rows = await Promise.all(Array.from({ length: 20 }, (_, n) => add("crowd", `content ${n}`)));
    expect(rows.map((row) => row.version).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });
});
