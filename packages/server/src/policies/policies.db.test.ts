import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertUser } from "../identity/users.ts";
import { inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { entitledTo, entitlementOf, policyRefusal, viewerOf } from "./entitlement.ts";
import { selfServiceRoutes } from "./routes.ts";

const token = "t".repeat(20);
const NOTHING = { servers: 0, cores: 0, memoryGiB: 0, storageGiB: 0, moneyPerMonth: 0 };
const PATH = "/v1/self-service-policies";
let test: TestDb;
let server: HttpServer;
let url: string;
const ids = { ada: "", group: randomUUID(), project: randomUUID() };

beforeAll(async () => {
  test = await createTestDb();
  const { db } = test;
  const ada = { name: "ada", role: "user", email: null, passwordHash: "none" } as const;
  ids.ada = (await inTx(db, (tx) => insertUser(tx, ada))).id;
  await db.insertInto("user_group").values({ id: ids.group, name: "developers" }).execute();
  await db.insertInto("project").values({ id: ids.project, name: "shop" }).execute();
  ({ url, server } = await serve({
    db,
    sets: [selfServiceRoutes({ db, holdingOf: async () => NOTHING })],
    authenticate: async ({ secret }) =>
      secret.startsWith("a") ? actor() : testActor("admin", "administrator", { userId: randomUUID() }),
  }));
});

afterAll(async () => {
  await server?.close();
  await test?.drop();
});

const actor = () => testActor("ada", "user", { userId: ids.ada });
const create = (body: object) => call(url, "POST", PATH, { token, body });
const clear = () => sql`delete from self_service_policy`.execute(test.db);

async function entitledNames(what: "templates" | "pools"): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select t.name from (values ('db'), ('web'), ('gold')) t(name) where ${entitledTo(actor(), what, "t.name")}
    order by t.name`.execute(test.db);
  return rows.map((row) => row.name);
}

describe("self-service policies (CAP B8)", () => {
  it("restrict nobody while there are none, nor whom none holds for", async () => {
    await clear();
    expect((await entitlementOf(test.db, actor())).policies).toEqual([]);
    await create({ name: "others", groups: ["developers"], templates: ["web"], maxServers: 1 });
    expect(await entitlementOf(test.db, actor())).toMatchObject({ policies: [], templates: null });
    expect(await entitledNames("templates")).toEqual(["db", "gold", "web"]);
  });

  it("hold by name, by group and by project, and add up", async () => {
    await clear();
    await create({ name: "own", users: ["ada"], templates: ["web"], pools: ["gold"], actions: ["start"], maxCores: 4 });
    await create({ name: "by-group", groups: ["developers"], templates: ["db"], pools: ["gold"], maxCores: 16 });
    await create({ name: "by-project", projects: ["shop"], actions: ["extend"], pools: ["gold"], maxServers: 2 });
    expect(await entitledNames("templates")).toEqual(["web"]);
    await sql`insert into user_group_member (group_id, user_id) values (${ids.group}, ${ids.ada})`.execute(test.db);
    expect(await entitledNames("templates")).toEqual(["db", "web"]);
    expect((await entitlementOf(test.db, actor())).limits).toMatchObject({ cores: 16, servers: null });
    await sql`
      insert into role_grant (id, role, user_id, project_id, created_by)
      values (${randomUUID()}, 'user', ${ids.ada}, ${ids.project}, 'test')`.execute(test.db);
    expect(await entitlementOf(test.db, actor())).toMatchObject({
      policies: ["by-group", "by-project", "own"],
      templates: null,
      pools: ["gold"],
    });
    expect(await entitledNames("templates"), "the project's policy names none: all").toEqual(["db", "gold", "web"]);
    expect(await entitledNames("pools")).toEqual(["gold"]);
  });

  it("do not widen to everybody when the group that they hold for is removed", async () => {
    await clear();
    const group = randomUUID();
    await test.db.insertInto("user_group").values({ id: group, name: "leavers" }).execute();
    await create({ name: "leavers-only", groups: ["leavers"], templates: ["web"] });
    await test.db.deleteFrom("user_group").where("id", "=", group).execute();
    expect((await entitlementOf(test.db, actor())).policies).toEqual([]);
  });

  it("refuse an owner's verb, but not to an operator of the object, nor to an administrator", async () => {
    await clear();
    await create({ name: "lookers", everybody: true, actions: ["start"] });
    const object = { ownerId: ids.ada, projectId: ids.project };
    const refusalOf = async (who: ReturnType<typeof actor>) =>
      policyRefusal(await viewerOf(test.db, who), object, "delete");
    expect(await refusalOf(actor())).toContain("(lookers) does not include delete");
    const operator = { ...actor(), grants: [{ role: "operator", on: "project", id: ids.project }] as const };
    expect(await refusalOf(operator)).toBeNull();
    expect(await refusalOf({ ...actor(), roles: ["administrator"] })).toBeNull();
  });

  it("show each person what he may and holds", async () => {
    await clear();
    await create({ name: "small", everybody: true, templates: ["web"], maxServers: 3, maxMoneyPerMonth: "99.50" });
    const mine = await call(url, "GET", "/v1/entitlement", { token: `a${token}` });
    expect(mine.body).toMatchObject({ policies: ["small"], templates: ["web"], pools: null });
    expect(mine.body.limits[0]).toEqual({ what: "servers", held: "0", limit: "3" });
    expect(mine.body.limits[4]).toEqual({ what: "moneyPerMonth", held: "0.00", limit: "99.50" });
  });

  it("change as a whole or not at all, and only from the version that was read", async () => {
    await clear();
    const { body } = await create({ name: "p", users: ["ada"], maxServers: 3 });
    const change = (version: number, given: object) =>
      call(url, "PATCH", `${PATH}/p`, { token, body: given, headers: { "if-match": `"${version}"` } });
    const wrong = await change(1, { maxServers: 9, users: ["nobody-known"] });
    expect([wrong.status, wrong.body.fields[0].field]).toEqual([400, "users[0]"]);
    const stale = await change(7, { maxServers: 9 });
    expect(stale.status).toBe(412);
    expect((await call(url, "GET", `${PATH}/${body.id}`, { token })).body).toEqual(body);
    const done = await change(1, { maxServers: null, users: [], everybody: true });
    expect(done.body).toMatchObject({ version: 2, maxServers: null, users: [], everybody: true });
    expect((await call(url, "DELETE", `${PATH}/p`, { token })).status).toBe(204);
    expect((await call(url, "GET", `${PATH}/p`, { token })).status).toBe(404);
  });

  it.each([
    [{ name: "UPPER" }, "name"],
    [{ name: "a", groups: ["unknown"] }, "groups[0]"],
    [{ name: "a", projects: ["shop", "unknown"] }, "projects[1]"],
    [{ name: "a", actions: ["fly"] }, "actions[0]"],
    [{ name: "a", maxServers: -1 }, "maxServers"],
    [{ name: "a", maxCores: 1.5 }, "maxCores"],
    [{ name: "a", maxMoneyPerMonth: 5 }, "maxMoneyPerMonth"],
    [{ name: "a", maxMoneyPerMonth: "1e9" }, "maxMoneyPerMonth"],
    [{ name: "a", templates: ["no such name"] }, "templates[0]"],
    [{ name: "a", quota: {} }, "quota"],
    [{}, "name"],
  ])("are refused where they make no sense: %j", async (body, field) => {
    await clear();
    const reply = await create(body);
    expect([reply.status, reply.body.fields?.[0]?.field]).toEqual([400, field]);
    expect((await call(url, "GET", PATH, { token })).body.items).toEqual([]);
  });
});
