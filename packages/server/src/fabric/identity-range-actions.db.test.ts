import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { createIdentityRange, deleteIdentityRange } from "./identity-range-actions.ts";

const actor = testActor("test", "administrator", { userId: null });
let test: TestDb;

beforeAll(async () => {
  test = await createTestDb();
  await make("old-mac", "mac", "02:00:00:00:10:00", "02:00:00:00:1f:ff");
  await make("old-serial", "serial", "BRT-0100", "BRT-0199");
  await make("old-uuid", "uuid", "00000000-0000-4000-8000-000000000100", "00000000-0000-4000-8000-0000000001ff");
});

afterAll(async () => {
  await test?.drop();
});

function make(name: string, kind: "mac" | "uuid" | "serial", first: string, last: string) {
  return createIdentityRange(test.db, actor, { name, kind, first, last });
}

describe("a range of identities (CAP C2)", () => {
  it.each([
    ["a MAC that is none", "mac", "02:00", "02:01"],
    ["a multicast MAC", "mac", "03:00:00:00:00:00", "03:00:00:00:00:ff"],
    ["a range backwards", "mac", "02:00:00:00:30:00", "02:00:00:00:20:00"],
    ["a UUID that is none", "uuid", "1", "2"],
    ["serial numbers with two beginnings", "serial", "A-1", "B-2"],
    ["serial numbers of two lengths", "serial", "A-1", "A-10"],
    ["serial numbers without digits", "serial", "A", "B"],
    ["script for a serial number", "serial", "<x>1", "<x>2"],
  ] as const)("is refused: %s", async (_name, kind, first, last) => {
    await expect(make("wrong", kind, first, last)).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ field: "first" }],
    });
  });

  it.each([
    ["the same values", "mac", "02:00:00:00:10:00", "02:00:00:00:1f:ff"],
    ["one value in common", "mac", "02:00:00:00:1f:ff", "02:00:00:00:2f:ff"],
    ["one around the other", "serial", "BRT-0000", "BRT-9999"],
    ["capitals", "mac", "02:00:00:00:1F:00", "02:00:00:00:1F:FF"],
  ] as const)("is refused where another has %s", async (_name, kind, first, last) => {
    await expect(make("again", kind, first, last)).rejects.toMatchObject({
      code: "conflict",
      reasons: [expect.stringContaining("old-")],
    });
  });

  it.each([
    ["the next values", "mac", "02:00:00:00:20:00", "02:00:00:00:20:ff"],
    ["another beginning", "serial", "BRX-0100", "BRX-0199"],
    ["more digits", "serial", "BRT-00100", "BRT-00199"],
  ] as const)("is added beside another with %s, and taken away", async (_name, kind, first, last) => {
    const made = await make("beside", kind, first, last);
    expect(made).toMatchObject({ name: "beside", kind, first, last });
    await expect(make("beside", kind, first, last)).rejects.toMatchObject({ code: "conflict" });
    await deleteIdentityRange(test.db, actor, "beside");
    await expect(deleteIdentityRange(test.db, actor, made.id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("is made once when two ask at once for overlapping ones", async () => {
    const both = await Promise.allSettled([
      make("first", "mac", "02:00:00:00:40:00", "02:00:00:00:40:ff"),
      make("second", "mac", "02:00:00:00:40:80", "02:00:00:00:41:ff"),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});
