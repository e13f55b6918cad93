import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { ADMINISTRATOR, addNetwork, addSite, USER } from "../pools/testing/estate.ts";
import { readPublishedTemplate, readTemplateById } from "./actions.ts";
import { quote } from "./price-actions.ts";
import { catalogRoutes } from "./routes.ts";

const TWO_TIER = readFileSync(join(import.meta.dirname, "../../../../templates/two-tier.yaml"), "utf8");

let test: TestDb;
let server: HttpServer;
let url: string;
let siteId: string;

beforeAll(async () => {
  test = await createTestDb();
  const { db } = test;
  siteId = await addSite(db);
  ({ url, server } = await serve({
    db,
    sets: [catalogRoutes({ db })],
    authenticate: async (credentials) => (credentials.secret.startsWith("user") ? USER : ADMINISTRATOR),
  }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

const ask = (method: string, path: string, body?: unknown, options: { version?: number; as?: string } = {}) =>
  call(url, method, path, {
    token: `${options.as ?? "admin"}-token-of-20-chars`,
    ...(body === undefined ? {} : { body }),
    headers: options.version === undefined ? {} : { "if-match": `"${options.version}"` },
  });
const apply = (document: string, publish = false) => ask("POST", "/v1/templates", { document, publish });
const named = (name: string) => TWO_TIER.replace("name: two-tier", `name: ${name}`);

describe("templates", () => {
  it("are kept in versions: the same again is the same, a change is the next one", async () => {
    const first = await apply(TWO_TIER);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      name: "two-tier",
      version: 1,
      published: false,
      servers: 3,
      createdBy: "admin",
    });
    expect((await apply(TWO_TIER)).body.version).toBe(1);
    expect((await apply(TWO_TIER.replace("count: 2", "count: 3"))).body).toMatchObject({ version: 2, servers: 4 });
    const versions = await ask("GET", "/v1/templates/two-tier/versions");
    expect(versions.body.items.map((item: { version: number }) => item.version)).toEqual([2, 1]);
    const exported = await ask("GET", "/v1/templates/two-tier@1/yaml");
    expect(exported.body.yaml).toBe(TWO_TIER);
    expect((await apply(exported.body.yaml)).body).toMatchObject({ version: 3, servers: 3 });
    expect((await apply(exported.body.yaml)).body.version).toBe(3);
  });

  it("CAP A8: keep the comments and the picture, which do not change what they say", async () => {
    const text = named("drawn");
    const first = await apply(text);
    const second = await apply(`# other words\n${text}layout: { "group:db": { x: 1, y: 2 } }\n`);
    expect(second.body).toMatchObject({ version: 2, digest: first.body.digest });
    expect((await ask("GET", "/v1/templates/drawn/yaml")).body.yaml).toMatch(/^# other words\n/);
    const clone = await ask("POST", "/v1/templates/drawn/clone", { as: "traced" });
    expect(clone.body).toMatchObject({ name: "traced", version: 1 });
    expect((await ask("GET", "/v1/templates/traced/yaml")).body.yaml).toContain("# other words");
  });

  it("CAP A1: tell who saves over the work of another, and write nothing", async () => {
    const text = named("shared");
    const save = (document: string, base: number) => ask("POST", "/v1/templates", { document, base });
    expect((await save(text, 0)).body.version).toBe(1);
    expect((await save(text.replace("count: 2", "count: 3"), 1)).body.version).toBe(2);
    // Whoever has it open is told by events before he saves.
    const told = await test.db
      .selectFrom("event")
      .select(["kind", "data"])
      .where("subject_kind", "=", "template")
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirstOrThrow();
    expect(told).toEqual({ kind: "template.apply", data: { name: "shared", version: 2 } });
    const late = await save(text.replace("count: 2", "count: 4"), 1);
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({
      code: "conflict",
      detail: "admin saved shared@2 while you edited version 1",
      fields: [{ field: "base", message: "is not the latest version, which is 2" }],
    });
    expect((await save(text.replace("count: 2", "count: 5"), 0)).body.detail).toBe(
      "there is a template shared already",
    );
    expect((await ask("GET", "/v1/templates/shared/versions")).body.items).toHaveLength(2);
    expect((await save(text.replace("count: 2", "count: 4"), 2)).body.version).toBe(3);
  });

  it("CAP A8: show what changed between two versions, element by element", async () => {
    const text = named("changing");
    await apply(text);
    await apply(text.replace("count: 2", "count: 3").replace("    - { name: operation", "    - { name: care"));
    const diff = await ask("GET", "/v1/templates/changing/diff?from=1&to=2");
    expect(diff.body).toMatchObject({ from: "changing@1", to: "changing@2", before: text });
    expect(diff.body.items).toEqual([
      { kind: "changed", field: "spec.groups[app].count", before: 2, after: 3 },
      { kind: "removed", field: "spec.costs[operation]", before: { name: "operation", perDay: "1.50" } },
      { kind: "added", field: "spec.costs[care]", after: { name: "care", perDay: "1.50" } },
    ]);
    expect((await ask("GET", "/v1/templates/changing/diff?from=2")).body.items).toEqual([]);
    expect((await ask("GET", "/v1/templates/changing/diff?from=7")).status).toBe(404);
    expect((await ask("GET", "/v1/templates/changing/diff?from=1", undefined, { as: "user" })).status).toBe(404);
  });

  it("CAP A3, CAP A5: say their price, and that a static address lets one be deployed at a time", async () => {
    const text = named("fixed").replace(
      "{ network: storage }",
      "{ network: storage, mode: static, address: 10.77.2.9 }",
    );
    expect((await apply(text)).body).toMatchObject({
      once: true,
      price: { currency: "EUR", perDay: expect.any(String) },
    });
    expect((await apply(named("loose"))).body).toMatchObject({ once: false });
    const checked = await ask("POST", "/v1/templates/validate", { document: text, days: 10 });
    expect(checked.body.price).toMatchObject({ days: 10, total: expect.any(String) });
    expect(checked.body.hints).toContainEqual({
      code: "once",
      field: "spec.groups[0].nics[1].address",
      path: ["spec", "groups", 0, "nics", 1, "address"],
      line: expect.any(Number),
      message: "10.77.2.9 is a static address, so one service of this template can be deployed at a time",
    });
  });

  it("get one number each when they are applied at once", async () => {
    const replies = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) => apply(named("many").replace("count: 2", `count: ${n}`))),
    );
    expect(replies.map((reply) => reply.body.version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("are refused with field and line, and nothing is written", async () => {
    const before = await test.db.selectFrom("template").select("id").execute();
    const bad = named("bad").replace("cores: 1", "cores: none");
    const reply = await apply(bad);
    expect(reply.status).toBe(400);
    expect(reply.body.fields[0]).toMatchObject({
      field: "spec.groups[0].cores",
      line: 19,
      message: "takes a number",
    });
    const checked = await ask("POST", "/v1/templates/validate", { document: bad }, { as: "user" });
    expect(checked.body).toMatchObject({
      valid: false,
      publishable: false,
      price: null,
      items: [{ code: "wrong_type", line: 19, path: ["spec", "groups", 0, "cores"] }],
    });
    const fine = await ask("POST", "/v1/templates/validate", { document: TWO_TIER });
    expect(fine.body).toMatchObject({ valid: true, publishable: false, items: [], price: { days: 30 } });
    expect(fine.body.hints).toContainEqual(expect.objectContaining({ code: "no_image", line: 21 }));
    expect(await test.db.selectFrom("template").select("id").execute()).toHaveLength(before.length);
  });

  it("are published only with networks and images that are there, and only then seen by users", async () => {
    const { db } = test;
    await apply(named("shop"));
    const missing = await ask("POST", "/v1/templates/shop/publish", {});
    expect(missing.status).toBe(400);
    expect(missing.body.fields).toContainEqual({
      field: "spec.groups[0].image",
      message: "there is no image debian-12",
    });
    expect(missing.body.fields).toContainEqual({
      field: "spec.groups[0].nics[1].network",
      message: "there is no network storage",
    });
    expect((await ask("GET", "/v1/templates/shop", undefined, { as: "user" })).status).toBe(404);
    expect((await apply(named("shop-two"), true)).status).toBe(400);
    expect((await ask("GET", "/v1/templates/shop-two")).status).toBe(404);

    await addNetwork(db, siteId, { name: "lan", cidr: "10.77.1.0/24" });
    await addNetwork(db, siteId, { name: "storage", cidr: "10.77.2.0/24" });
    await sql`
      insert into image (id, name, version, firmware, raw_bytes, raw_sha256, stream_bytes, source)
      values (${randomUUID()}, 'debian-12', 1, '{bios,uefi}', 512, ${"0".repeat(64)}, 512, 'test')`.execute(db);
    expect((await ask("POST", "/v1/templates/shop/publish", {})).body).toMatchObject({ published: true, version: 1 });
    await apply(named("shop").replace("count: 2", "count: 5"));
    const seen = await ask("GET", "/v1/templates", undefined, { as: "user" });
    expect(seen.body.items).toMatchObject([{ name: "shop", version: 1 }]);
    const all = await ask("GET", "/v1/templates?search=shop");
    expect(all.body.items).toMatchObject([{ name: "shop", version: 2, published: false }]);

    const read = await inTx(db, (tx) => readPublishedTemplate(tx, "shop"));
    expect(read).toMatchObject({ label: "shop@1", template: { name: "shop", networks: ["lan", "storage"] } });
    expect((await inTx(db, (tx) => readTemplateById(tx, read.templateId))).template).toEqual(read.template);
    await expect(inTx(db, (tx) => readPublishedTemplate(tx, "shop@2"))).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ field: "template" }],
    });
    const price = await inTx(db, (tx) =>
      quote(tx, read.template, 30, [{ kind: "physical" }, { kind: "virtual" }, { kind: "virtual" }]),
    );
    expect(price).toMatchObject({ perDay: "7.79", total: "233.70" });
  });

  it("are deleted only when they are not published and no service was made of them", async () => {
    const { db } = test;
    expect((await ask("DELETE", "/v1/templates/shop")).body).toMatchObject({
      code: "conflict",
      reasons: ["shop@1 is published"],
    });
    await ask("POST", "/v1/templates/shop/unpublish", {});
    const { templateId } = {
      templateId: (
        await db
          .selectFrom("template")
          .select("id")
          .where("name", "=", "shop")
          .where("number", "=", 1)
          .executeTakeFirstOrThrow()
      ).id,
    };
    await sql`
      insert into service (id, name, owner_id, template_id, template_label, pool, starts_at, ends_at, lease_policy, price,
        user_key_public, user_key_sealed, operation_id)
      values (${randomUUID()}, 'web', ${randomUUID()}, ${templateId}, 'shop@1', 'default', now(), now() + interval '1 day',
        'delete', '{}', '', '', 'x')`.execute(db);
    const used = await ask("DELETE", "/v1/templates/shop");
    expect(used.body.reasons).toEqual(["service web (reserved) was made of shop@1"]);
    expect((await ask("DELETE", "/v1/templates/shop@2")).body).toEqual({ deleted: 1 });
    expect((await ask("DELETE", "/v1/templates/many")).body).toEqual({ deleted: 6 });
    expect((await ask("DELETE", "/v1/templates/many")).status).toBe(404);
  });

  it("are cloned under another name that is free", async () => {
    expect((await ask("POST", "/v1/templates/two-tier@1/clone", { as: "copy" })).body).toMatchObject({
      name: "copy",
      version: 1,
    });
    expect((await ask("POST", "/v1/templates/two-tier/clone", { as: "copy" })).status).toBe(409);
    expect((await ask("POST", "/v1/templates/nothing/clone", { as: "copy-two" })).status).toBe(404);
  });

  it.each([
    ["POST", "/v1/templates", { document: TWO_TIER }],
    ["POST", "/v1/templates/two-tier/publish", {}],
    ["POST", "/v1/templates/two-tier/unpublish", {}],
    ["POST", "/v1/templates/two-tier/clone", { as: "mine" }],
    ["DELETE", "/v1/templates/two-tier", undefined],
    ["PUT", "/v1/price-list", {}],
  ])("change by administrators only: %s %s", async (method, path, body) => {
    expect((await ask(method, path, body, { as: "user" })).status).toBe(403);
  });
});

describe("the price list", () => {
  it("is changed by whoever saw its version, with an audit row", async () => {
    const { version, ...list } = (await ask("GET", "/v1/price-list", undefined, { as: "user" })).body;
    expect(list).toMatchObject({ currency: "EUR", physicalServer: "4", memoryGiB: "0.1" });
    expect((await ask("PUT", "/v1/price-list", { ...list, core: "0.3" })).status).toBe(412);
    const changed = await ask("PUT", "/v1/price-list", { ...list, core: "0.3" }, { version });
    expect(changed.body).toEqual({ ...list, core: "0.3", version: version + 1 });
    expect((await ask("PUT", "/v1/price-list", list, { version })).status).toBe(412);
    for (const wrong of ["1,5", "-1", "1e3", "0.00001", 1]) {
      const reply = await ask("PUT", "/v1/price-list", { ...list, core: wrong }, { version: version + 1 });
      expect(reply.body).toMatchObject({ code: "invalid_request", fields: [{ field: "core" }] });
    }
    const rows = await test.db
      .selectFrom("audit")
      .select("user_name")
      .where("action", "=", "price-list.update")
      .execute();
    expect(rows).toEqual([{ user_name: "admin" }]);
  });
});
