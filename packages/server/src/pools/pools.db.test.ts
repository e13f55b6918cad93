import type { RoleName } from "@berth/api/role.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { releaseFabric } from "../fabric/actions.ts";
import { claimAddress } from "../fabric/address-claim.ts";
import { fabricRoutes } from "../fabric/routes.ts";
import { inTx } from "../kernel/db/db.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { HttpServer } from "../kernel/http/server.ts";
import { testActor } from "../kernel/http/testing/actor.ts";
import { call, serve } from "../kernel/http/testing/serve.ts";
import { storageRoutes } from "../storage/routes.ts";
import { poolIdsByName } from "./actions.ts";
import { getPool } from "./pool-actions.ts";
import { releaseReservation } from "./reservations.ts";
import { reserve, wouldFit } from "./reserve.ts";
import { poolRoutes } from "./routes.ts";
import { ADMINISTRATOR, addHost, addMachine, addSite, demand, lease, USER } from "./testing/estate.ts";

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
    sets: [fabricRoutes({ db }), storageRoutes({ db }), poolRoutes({ db })],
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
const auditOf = async (action: string) =>
  (await test.db.selectFrom("audit").select("object_name").where("action", "=", action).execute()).map(
    (row) => row.object_name,
  );

describe("networks", () => {
  it("are made with ranges, shown, changed by version, and forgotten", async () => {
    const made = await ask("POST", "/v1/networks", {
      name: "lan",
      site: "lab",
      cidr: "10.77.1.0/24",
      gateway: "10.77.1.1",
      dns: ["10.77.1.1"],
      pxe: true,
      ranges: [
        { kind: "automatic", start: "10.77.1.100", end: "10.77.1.199" },
        { kind: "discovery", start: "10.77.1.200", end: "10.77.1.250" },
      ],
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ site: "lab", pxe: true, addresses: { held: 0, automatic: 100 } });
    expect(await auditOf("network.create")).toContain("lan");

    const stale = await ask("PATCH", "/v1/networks/lan", { vlan: 7 }, { version: 9 });
    expect(stale.status).toBe(412);
    const changed = await ask("PATCH", "/v1/networks/lan", { vlan: 7, gateway: null }, { version: 1 });
    expect(changed.body).toMatchObject({ vlan: 7, gateway: null, dns: ["10.77.1.1"], version: 2 });

    const ranged = await ask("POST", "/v1/networks/lan/ranges", {
      kind: "excluded",
      start: "10.77.1.150",
      end: "10.77.1.151",
    });
    expect(ranged.body.ranges).toHaveLength(3);
    const range = ranged.body.ranges.find((candidate: { kind: string }) => candidate.kind === "excluded");
    expect((await ask("DELETE", `/v1/networks/lan/ranges/${range.id}`)).body.ranges).toHaveLength(2);
    expect((await ask("DELETE", "/v1/networks/lan")).status).toBe(204);
    expect((await ask("GET", "/v1/networks/lan")).status).toBe(404);
  });

  it.each([
    ["site", { site: "moon" }],
    ["cidr", { cidr: "10.1.0.1/24" }],
    ["gateway", { gateway: "10.9.0.1" }],
    ["gateway", { gateway: "10.1.0.0" }],
    ["ranges[0].end", { ranges: [{ kind: "automatic", start: "10.1.0.9", end: "10.1.0.1" }] }],
    ["ranges[0].end", { ranges: [{ kind: "automatic", start: "10.1.0.9", end: "10.1.1.1" }] }],
    ["ranges[0].start", { ranges: [{ kind: "automatic", start: "10.0.0.9", end: "10.1.0.1" }] }],
    [
      "ranges[1].start",
      {
        ranges: [
          { kind: "automatic", start: "10.1.0.1", end: "10.1.0.9" },
          { kind: "discovery", start: "10.1.0.9", end: "10.1.0.20" },
        ],
      },
    ],
    ["ranges[0].kind", { ranges: [{ kind: "spare", start: "10.1.0.1", end: "10.1.0.9" }] }],
    ["vlan", { vlan: 4095 }],
    ["name", { name: "No" }],
    ["dns[0]", { dns: ["nine"] }],
    ["domain", { domain: "-x" }],
    ["mtu", { mtu: 9000 }],
  ])("refuses a wrong %s and writes nothing", async (field, wrong) => {
    const reply = await ask("POST", "/v1/networks", { name: "bad", site: "lab", cidr: "10.1.0.0/24", ...wrong });
    expect(reply.status).toBe(400);
    expect(reply.body.fields.map((problem: { field: string }) => problem.field)).toContain(field);
    expect((await ask("GET", "/v1/networks/bad")).status).toBe(404);
  });

  it("are made in bulk all or none, and page by name", async () => {
    const network = (n: number) => ({ name: `bulk-${n}`, site: "lab", cidr: `10.${n}.0.0/16` });
    const items = [1, 2, 3, 4, 5].map(network);
    const half = await ask("POST", "/v1/networks/bulk", { items: [...items, { ...network(6), site: "moon" }] });
    expect(half.status).toBe(400);
    expect(half.body.fields[0].field).toBe("items[5].site");
    expect((await ask("GET", "/v1/networks?search=bulk")).body.items).toEqual([]);
    expect((await ask("POST", "/v1/networks/bulk", { items })).status).toBe(201);
    expect((await ask("POST", "/v1/networks", network(1))).status).toBe(409);
    const first = await ask("GET", "/v1/networks?search=bulk&limit=3");
    const second = await ask("GET", `/v1/networks?search=bulk&limit=3&cursor=${first.body.next}`);
    const names = [...first.body.items, ...second.body.items].map((item: { name: string }) => item.name);
    expect(names).toEqual(items.map((item) => item.name));
    expect(second.body.next).toBeUndefined();
  });

  it("stay while an address is held, and say by whom", async () => {
    const { db } = test;
    await ask("POST", "/v1/networks", {
      name: "held",
      site: "lab",
      cidr: "10.200.0.0/29",
      ranges: [{ kind: "automatic", start: "10.200.0.2", end: "10.200.0.4" }],
    });
    const kept = await ask("POST", "/v1/addresses", { network: "held", ip: "10.200.0.2", note: "printer" });
    expect(kept.status).toBe(201);
    expect((await ask("POST", "/v1/addresses", { network: "held", ip: "10.200.0.2" })).body).toMatchObject({
      code: "conflict",
      reasons: ["10.200.0.2 is in-use by printer"],
    });
    expect((await ask("POST", "/v1/addresses", { network: "held", ip: "10.9.9.9" })).status).toBe(400);
    const { id: networkId } = (await ask("GET", "/v1/networks/held")).body;
    const serverId = demand({ kind: "virtual" }).serverId;
    const claimed = await inTx(db, (tx) =>
      claimAddress(tx, { networkId, serverId, nic: 0, mode: "automatic", during: lease(1) }),
    );
    expect(claimed.ip).toBe("10.200.0.3");

    const listed = await ask("GET", "/v1/addresses?network=held");
    expect(
      listed.body.items.map((item: { ip: string; kind: string; state: string }) => [item.ip, item.kind, item.state]),
    ).toEqual([
      ["10.200.0.2", "reserved", "in-use"],
      ["10.200.0.3", "server", "in-use"],
    ]);
    const refused = await ask("DELETE", "/v1/networks/held");
    expect(refused.status).toBe(409);
    expect(refused.body.reasons).toEqual(["10.200.0.2 is reserved (printer)", "a server holds 10.200.0.3"]);
    expect((await ask("DELETE", `/v1/addresses/${listed.body.items[1].id}`)).status).toBe(409);
    expect((await ask("DELETE", `/v1/addresses/${kept.body.id}`)).status).toBe(204);
    await inTx(db, (tx) => releaseFabric(tx, serverId));
    expect((await ask("DELETE", "/v1/networks/held")).status).toBe(204);
  });
});

describe("pools", () => {
  it("are made of machines, hosts and networks by name, and show what is promised and to whom", async () => {
    const { db } = test;
    await addMachine(db, siteId, "blade-1");
    await addMachine(db, siteId, "blade-2");
    await addHost(db, siteId, { name: "host-1", cores: 8, networks: ["lan"], memoryMiB: 16_384, storageGiB: 100 });
    const made = await ask("POST", "/v1/pools", {
      name: "gold",
      machines: ["blade-1"],
      hosts: ["host-1"],
      goal: "spread",
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      machines: ["blade-1"],
      hosts: ["host-1"],
      use: [],
      total: { machines: 1, cores: 8 },
    });
    expect((await ask("POST", "/v1/pools", { name: "gold" })).status).toBe(409);
    const wrong = await ask("POST", "/v1/pools", { name: "silver", machines: ["blade-2", "blade-9"] });
    expect(wrong.body.fields).toEqual([{ field: "machines[1]", message: "there is no machine blade-9" }]);
    expect((await ask("GET", "/v1/pools/silver")).status).toBe(404);

    const requestId = demand({ kind: "virtual" }).serverId;
    const poolIds = await inTx(db, (tx) => poolIdsByName(tx, ["gold"], ADMINISTRATOR));
    const placed = await inTx(db, (tx) =>
      reserve(tx, {
        requestId,
        holder: "shop",
        during: lease(3),
        poolIds,
        demands: [demand({ kind: "physical", name: "shop-db-1", group: "db" }), demand({ kind: "virtual", cores: 3 })],
      }),
    );
    expect(placed.map((placement) => placement.on)).toEqual(["blade-1", "host-1"]);
    const shown = (await ask("GET", "/v1/pools/gold")).body;
    expect(shown.promised).toEqual({ machines: 1, cores: 3, memoryMiB: 512, storageGiB: 6 });
    expect(shown.use).toMatchObject([
      { holder: "shop", server: "shop-app-1", on: "host-1", isOverdue: false },
      { holder: "shop", server: "shop-db-1", on: "blade-1" },
    ]);
    expect((await ask("GET", "/v1/pools/gold", undefined, { as: "user" })).body.use).toEqual([]);
    expect((await ask("GET", "/v1/reservations?pool=gold&kind=physical")).body.items).toHaveLength(1);

    const held = await ask("DELETE", "/v1/pools/gold");
    expect(held.status).toBe(409);
    expect(held.body.reasons).toContain("blade-1 is promised to shop-db-1 of shop");
    const shrunk = await ask("PATCH", "/v1/pools/gold", { machines: [] }, { version: 1 });
    expect(shrunk.body.reasons).toEqual(["blade-1 is promised to shop-db-1 of shop"]);
    const grown = await ask(
      "PATCH",
      "/v1/pools/gold",
      { machines: ["blade-1", "blade-2"], notes: null },
      { version: 1 },
    );
    expect(grown.body).toMatchObject({ version: 2, machines: ["blade-1", "blade-2"], goal: "spread" });

    await inTx(db, (tx) => releaseReservation(tx, requestId));
    expect((await ask("DELETE", "/v1/pools/gold")).status).toBe(204);
    expect(await auditOf("pool.delete")).toEqual(["gold"]);
  });

  it("are there only for those who may use them", async () => {
    await ask("POST", "/v1/pools", { name: "everybody" });
    await ask("POST", "/v1/pools", { name: "ada-only", users: ["ada"] });
    await ask("POST", "/v1/pools", { name: "bob-only", users: ["bob"] });
    await ask("POST", "/v1/pools", { name: "users-only", roles: ["user"] });
    const names = async (as: string) =>
      (await ask("GET", "/v1/pools?sort=name", undefined, { as })).body.items.map(
        (item: { name: string }) => item.name,
      );
    expect(await names("user")).toEqual(["ada-only", "everybody", "users-only"]);
    expect(await names("admin")).toContain("bob-only");
    expect((await ask("GET", "/v1/pools/bob-only", undefined, { as: "user" })).status).toBe(404);
    const take = (pools: string[]) => inTx(test.db, (tx) => poolIdsByName(tx, pools, USER));
    expect(await take(["users-only", "everybody"])).toHaveLength(2);
    await expect(take(["everybody", "bob-only"])).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ field: "pools[1]", message: "bob-only is not a pool that you may use" }],
    });
    // The same words for one that does not exist: no oracle.
    await expect(take(["nobody-only"])).rejects.toMatchObject({
      fields: [{ field: "pools[0]", message: "nobody-only is not a pool that you may use" }],
    });
  });

  it("are for those too who have a role on them, but for auditors, who look", async () => {
    const { body } = await ask("POST", "/v1/pools", { name: "closed", users: ["somebody"] });
    await ask("POST", "/v1/pools", { name: "shut", users: ["somebody"] });
    const as = (role: RoleName) =>
      testActor("eve", "user", { userId: USER.userId, grants: [{ role, on: "pool", id: body.id }] });
    const take = (actor: Actor, pool: string) => inTx(test.db, (tx) => poolIdsByName(tx, [pool], actor));
    for (const role of ["user", "architect", "approver", "operator", "administrator"] as const) {
      expect(await take(as(role), "closed"), role).toEqual([body.id]);
      await expect(take(as(role), "shut"), role).rejects.toMatchObject({ code: "invalid_request" });
    }
    await expect(take(as("auditor"), "closed")).rejects.toMatchObject({ code: "invalid_request" });
    expect(await getPool(test.db, as("auditor"), "closed")).toMatchObject({ name: "closed", users: ["somebody"] });
    await expect(getPool(test.db, as("auditor"), "shut")).rejects.toMatchObject({ code: "not_found" });
  });

  it("are tried in the order asked, and a refusal says what would help and when", async () => {
    const { db } = test;
    const small = await addHost(db, siteId, { name: "small", cores: 2, networks: [] });
    const large = await addHost(db, siteId, { name: "large", cores: 4, networks: [] });
    await ask("POST", "/v1/pools", { name: "first", hosts: ["small"] });
    await ask("POST", "/v1/pools", { name: "second", hosts: ["large"] });
    expect(small).not.toBe(large);
    const poolIds = await inTx(db, (tx) => poolIdsByName(tx, ["first", "second"], ADMINISTRATOR));
    const book = (cores: number, days: number) =>
      inTx(db, (tx) =>
        reserve(tx, {
          requestId: demand({ kind: "virtual" }).serverId,
          holder: "shop",
          during: lease(days),
          poolIds,
          demands: [demand({ kind: "virtual", cores })],
        }),
      );
    expect((await book(2, 10))[0]?.pool).toBe("first");
    expect((await book(2, 5))[0]?.pool).toBe("second");
    expect((await book(2, 3))[0]?.pool).toBe("second");
    const refused = await book(1, 1).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "insufficient_capacity" });
    const { reasons } = refused as { reasons: string[] };
    expect(reasons).toContain("shop-app-1: small needs 1 core, has 0 free of 2");
    expect(reasons).toContain("pool first would hold it with 1 core more on host small");
    expect(reasons.filter((reason) => /^pool second fits it from 2/.test(reason))).toHaveLength(1);
    const answer = await inTx(db, (tx) =>
      wouldFit(tx, { during: lease(1), poolIds, demands: [demand({ kind: "virtual" })] }),
    );
    expect(answer).toMatchObject({ fits: false, pool: null });
    const later = await inTx(db, (tx) =>
      wouldFit(tx, { during: lease(1, 6), poolIds, demands: [demand({ kind: "virtual" })] }),
    );
    expect(later).toMatchObject({ fits: true, pool: "second" });
  });
});

it("lists volumes by where they lie", async () => {
  expect((await ask("GET", "/v1/volumes?state=present")).body).toEqual({ items: [] });
  expect((await ask("GET", "/v1/volumes?state=gone")).status).toBe(400);
});
