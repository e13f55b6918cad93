import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { leftovers, type Truth } from "../packages/cli/src/demo/leftovers.ts";
import { clearLabFaults, labFault } from "../packages/cli/src/launch/lab-client.ts";
import { canaries } from "./canaries.ts";
import { type Api, type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { invariants } from "./invariants.ts";
import { addPerson } from "./people.ts";
import {
  importImage,
  makeTinyImage,
  publish,
  readTruth,
  until,
  untilActive,
  untilDone,
  untilRequestEnds,
} from "./steps.ts";
import { blades, twoTier, vms } from "./templates.ts";

/**
 * What a house must survive: BMCs that lie, hosts that restart or are full, machines that never come, bytes that are
 * wrong, a database that goes away, controllers that stand still. After each the invariants hold, the lab is as it was
 * before, what went wrong is said in words, and no secret has come out.
 */
const IMPATIENT = join(import.meta.dirname, "impatient-controller.ts");
const LIMIT_MS = 240_000;
const FOR_EVER = 1_000_000;
const CACHES = [/\/volumes\/berth-image-/, /\/diskAllocatedBytes$/];

let house: House;
let controller: RunningController;
let before: Truth;
let api: Api;

beforeAll(async () => {
  house = await startHouse({ blades: 2, hosts: 2 });
  controller = await house.startController({ script: IMPATIENT });
  api = controller.api;
  await moveIn(house, api);
  await makeTinyImage(api);
  await importImage(house, api, "flipped");
  const failing = ["echo first line", "echo the licence server does not answer >&2", "exit 3"];
  const templates = [
    twoTier,
    blades({ name: "blade" }),
    vms({ name: "vms", count: 2 }),
    vms({ name: "vm" }),
    blades({ name: "flipped-blade", image: "flipped" }),
    vms({ name: "flipped-vm", image: "flipped" }),
    vms({ name: "bad-hook", count: 2, hook: failing }),
    vms({ name: "bad-farewell", hook: failing, at: "before-delete" }),
  ];
  for (const template of templates) await publish(api, template);
});

afterAll(async () => {
  await house?.stop();
});

beforeEach(async () => {
  before = await readTruth(house);
});

afterEach(async () => {
  await clearLabFaults(house.dir);
  expect(await invariants(house)).toEqual([]);
  expect(leftovers(before, await readTruth(house), { ignore: CACHES })).toEqual([]);
  expect(await canaries(house)).toEqual([]);
});

const fault = (target: string, kind: string, count = 1) => labFault(house.dir, { target, kind, count });
const hosts = () => house.lab.hosts.map((host) => host.name);
const enclosure = () => house.lab.enclosures[0]?.name ?? "";

const wishFor = (service: string, template: string, onFailure: "unwind" | "park" = "unwind") => ({
  service,
  template,
  completion: "x",
  email: "ops@example.org",
  endsAt: new Date(Date.now() + 7 * 24 * 3_600_000).toISOString(),
  pools: ["default"],
  onFailure,
});

async function order(service: string, template: string, onFailure?: "unwind" | "park"): Promise<string> {
  const { id } = await api.createRequest({ body: wishFor(service, template, onFailure) });
  await api.approveRequest({ params: { id }, body: {} });
  return id;
}

/** Takes a service away again, and sees that it went. */
async function remove(service: string, by: Api = api): Promise<void> {
  const { operationId } = await by.deleteService({ params: { id: service } });
  await untilDone(by, operationId, LIMIT_MS);
}

/** Waits until a request has failed and everything is undone; answers its reason. */
async function failureOf(id: string): Promise<string> {
  const ended = await untilRequestEnds(api, id, LIMIT_MS);
  expect(ended.state).toBe("failed");
  await untilOperationEnds(api, id);
  return ended.reason ?? "";
}

async function untilOperationEnds(by: Api, id: string): Promise<void> {
  await until(
    () => by.getOperation({ params: { id } }),
    (operation) => operation.ended,
    {
      limitMs: LIMIT_MS,
      what: (operation) => `operation ${operation.title} is still ${operation.state}`,
    },
  );
}

/** Until a step of that name runs, or has run, somewhere in the request's tree. */
async function untilStep(id: string, name: string): Promise<void> {
  const look = () =>
    sql<{ state: string }>`select s.state from operation_step s join operation o on o.id = s.operation_id
      where o.root_id = ${id} and s.name = ${name}`.execute(house.db.db);
  await until(look, (seen) => seen.rows.length > 0, {
    limitMs: LIMIT_MS,
    everyMs: 20,
    what: () => `${name} has not begun`,
  });
}

describe("management controllers that misbehave (CAP G1)", () => {
  it.each([
    ["timeout-after-act", 1],
    ["503", 3],
    ["drop-session", 1],
    ["once-reads-continuous", 3],
  ] as const)("%s, %i times on the way there and back: the service is made and taken away", async (kind, count) => {
    const service = `bmc-${kind}`;
    const request = await api.createRequest({ body: wishFor(service, "blade") });
    await fault(enclosure(), kind, count);
    await api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(api, request.id, LIMIT_MS);
    await fault(enclosure(), kind, count);
    await remove(service);
  });

  it("a reset that is accepted and not done is seen, and asked for again", async () => {
    const request = await api.createRequest({ body: wishFor("ignored", "blade") });
    await fault(enclosure(), "reset-ignored", 1);
    await api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(api, request.id, LIMIT_MS);
    await remove("ignored");
  });

  it("a blade that never comes back: the request says so, all else is undone, the blade leaves its pools switched off", async () => {
    await fault(enclosure(), "never-boots", FOR_EVER);
    const id = await order("lost", "two-tier");
    const reason = await failureOf(id);
    expect(reason).toMatch(/lost-db-1.*told to boot from the network, and has not been heard from/);
    const { items } = await api.listMachines({ query: {} });
    const lost = items.filter((machine) => machine.state === "failed");
    expect(lost.map((machine) => machine.state)).toEqual(["failed"]);
    const truth = await readTruth(house);
    expect(truth.get(`blades/${lost[0]?.name}/power`)).toBe('"off"');
    const { items: servers } = await api.listServers({ query: { service: "lost" } });
    expect(servers.map((server) => server.state)).toEqual(["retired", "retired", "retired"]);
    await clearLabFaults(house.dir);
    // Somebody has looked after it: inspected, it is back in its pool.
    await api.inspectMachine({ params: { id: lost[0]?.name ?? "" }, body: {} });
    expect((await api.getMachine({ params: { id: lost[0]?.name ?? "" } })).state).toBe("available");
  });
});

describe("hosts that misbehave (CAP F1)", () => {
  it("a hypervisor that restarts while disks are made: the service is made all the same", async () => {
    const id = await order("restarted", "vms");
    for (const step of ["place-image", "make-disks", "write-seed", "define-vm"]) {
      await untilStep(id, step);
      for (const host of hosts()) await fault(host, "memory-host-restart");
    }
    await untilActive(api, id, LIMIT_MS);
    await remove("restarted");
  });

  it("a hypervisor that acts and never answers", async () => {
    const request = await api.createRequest({ body: wishFor("deaf", "vms") });
    for (const host of hosts()) await fault(host, "timeout-after-act", 1);
    await api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(api, request.id, LIMIT_MS);
    await remove("deaf");
  });

  it("a full disk: undone, with the host's own words, and the same request goes through later", async () => {
    for (const host of hosts()) await fault(host, "host-disk-full", FOR_EVER);
    const id = await order("full", "vms");
    expect(await failureOf(id)).toMatch(/full-main-\d.*no space left/);
    await clearLabFaults(house.dir);
    const again = await api.retryRequest({ params: { id }, body: {} });
    await api.approveRequest({ params: { id: again.id }, body: {} });
    await untilActive(api, again.id, LIMIT_MS);
    await remove("full");
  });
});

describe("an image whose bytes are wrong is found by its digest, and not booted (CAP F7)", () => {
  it.each([
    ["flipped-vm", "disk.raw", /bytes of image flipped@1 are not those recorded/],
    ["flipped-blade", "disk.raw.zst", /image/],
  ])("%s", async (template, file, words) => {
    const image = await api.getImage({ params: { ref: "flipped" } });
    const path = join(house.dir, "images", image.id, file);
    await flip(path);
    const id = await order(template, template);
    const reason = await failureOf(id);
    expect(reason).toMatch(words);
    expect(reason).toContain(`${template}-main`);
    await flip(path);
  });
});

describe("databases and controllers that go away (SAFETY 4, 5, 18)", () => {
  it("all connections to the database are cut, several times, in the middle of it", async () => {
    const id = await order("cut", "two-tier");
    for (const step of ["place-image", "install", "wait-for-ssh", "run-hook"]) {
      await untilStep(id, step);
      await cutConnections();
    }
    await until(
      () => api.getRequest({ params: { id } }).catch(() => null),
      (seen) => seen?.state === "active",
      {
        limitMs: LIMIT_MS,
        what: (seen) => `request is ${seen?.state}: ${seen?.reason}`,
      },
    );
    await remove("cut");
  });

  it("a controller that stands still past its lease ends when it wakes, and nothing was done twice", async () => {
    const sleeper = await house.startController({ script: IMPATIENT });
    await controller.kill("SIGTERM");
    const { id } = await sleeper.api.createRequest({ body: wishFor("asleep", "two-tier") });
    await sleeper.api.approveRequest({ params: { id }, body: {} });
    await untilStep(id, "define-vm");
    process.kill(sleeper.pid, "SIGSTOP");
    controller = await house.startController({ script: IMPATIENT });
    api = controller.api;
    await untilActive(api, id, LIMIT_MS);
    process.kill(sleeper.pid, "SIGCONT");
    expect(await sleeper.ended).toBe("1");
    const there = await readTruth(house);
    const domains = new Set(
      [...there.keys()].flatMap((path) => /^hosts\/[^/]+\/domains\/([^/]+)/.exec(path)?.[1] ?? []),
    );
    expect(domains.size).toBe(2);
    const { hooks } = await api.getService({ params: { id: "asleep" } });
    expect(hooks.map((hook) => `${hook.name} ${hook.server}`)).toEqual([
      "install-database asleep-db-1",
      "install-application asleep-app-1",
      "install-application asleep-app-2",
    ]);
    await remove("asleep");
  });

  it("two controllers, approvals of several services at both at once: each is made once", async () => {
    const second = await house.startController({ script: IMPATIENT });
    const names = ["race-1", "race-2", "race-3", "race-4"];
    for (const name of names) await api.createRequest({ body: wishFor(name, "vm") });
    const verdicts = await Promise.allSettled(
      names.flatMap((id) => [api, second.api].map((by) => by.approveRequest({ params: { id }, body: {} }))),
    );
    expect(verdicts.filter(({ status }) => status === "fulfilled")).toHaveLength(names.length);
    for (const name of names) await untilActive(api, name, LIMIT_MS);
    const { items } = await api.listServers({ query: { state: "active" } });
    expect(items.map((server) => server.name).sort()).toEqual(names.map((name) => `${name}-main-1`));
    await Promise.all(names.map((name, index) => remove(name, index % 2 === 0 ? api : second.api)));
    await second.kill("SIGTERM");
  });
});

describe("people who change their mind, or press twice", () => {
  it("the same idempotency key 50 times at once makes one service", async () => {
    const body = wishFor("pressed", "vm");
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => api.createRequest({ body, idempotencyKey: "pressed-fifty-times" })),
    );
    const ids = new Set(answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.id] : [])));
    expect(ids.size).toBe(1);
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [String(answer.reason.code)] : []));
    expect(refused.filter((code) => code !== "conflict")).toEqual([]);
    const { items } = await api.listServices({ query: { state: "reserved" } });
    expect(items.map((service) => service.name)).toEqual(["pressed"]);
    await api.rejectRequest({ params: { id: "pressed" }, body: { reason: "one was enough" } });
    await untilOperationEnds(api, [...ids][0] ?? "");
  });

  it("an approval that is withdrawn while machines are being written: all goes back", async () => {
    const id = await order("regret", "two-tier");
    await untilStep(id, "install");
    await api.withdrawRequest({ params: { id }, body: { reason: "not needed any more" } });
    await untilOperationEnds(api, id);
    expect(await api.getRequest({ params: { id } })).toMatchObject({
      state: "withdrawn",
      reason: "not needed any more",
    });
    const { rows } = await sql<{ action: string }>`
      select action from audit where object_id = ${id} order by at`.execute(house.db.db);
    expect(rows.map((row) => row.action)).toEqual(["request.create", "request.approve", "request.withdraw"]);
  });

  it("a rejected request is undone also where failures are to be parked", async () => {
    const { id } = await api.createRequest({ body: wishFor("refused", "vm", "park") });
    await api.rejectRequest({ params: { id }, body: { reason: "no" } });
    await untilOperationEnds(api, id);
    expect((await api.getRequest({ params: { id } })).state).toBe("rejected");
  });
});

describe("hooks that fail", () => {
  it("the request fails with the hook's last lines, and all is undone", async () => {
    const reason = await failureOf(await order("hooked", "bad-hook"));
    expect(reason).toMatch(/hook set-up on hooked-main-1 ended with exit code 3/);
    expect(reason).toContain("the licence server does not answer");
  });
});

describe("the three doors after a failure (CAP B6)", () => {
  it("retry: what failed is done again, and what was done stays", async () => {
    await fault(enclosure(), "never-boots", 1);
    const id = await order("door-retry", "two-tier", "park");
    await untilParked(id, /door-retry-db-1/);
    await api.retryOperation({ params: { id }, body: {} });
    await until(
      () => api.getRequest({ params: { id } }),
      (seen) => seen.state === "active",
      {
        limitMs: LIMIT_MS,
        what: (seen) => `request is ${seen.state}: ${seen.reason}`,
      },
    );
    await remove("door-retry");
  });

  it("rollback: all goes back", async () => {
    const id = await order("door-back", "bad-hook", "park");
    await untilParked(id, /hook set-up/);
    await api.rollbackOperation({ params: { id }, body: {} });
    await untilOperationEnds(api, id);
    expect((await api.getRequest({ params: { id } })).state).toBe("failed");
  });

  it("accept: the service is in use as it stands, with a lease, and can be deleted", async () => {
    const id = await order("door-accept", "bad-hook", "park");
    await untilParked(id, /hook set-up/);
    await api.acceptOperation({ params: { id }, body: { reason: "the licence comes later" } });
    expect((await api.getRequest({ params: { id } })).state).toBe("active");
    const service = await api.getService({ params: { id: "door-accept" } });
    expect(service.state).toBe("active");
    expect(await api.getOperation({ params: { id: `lease-${service.id}` } })).toMatchObject({ ended: false });
    await remove("door-accept");
  });

  it("accept, with a server that could not be made: the others are the service", async () => {
    await fault(enclosure(), "never-boots", 1);
    const id = await order("door-part", "two-tier", "park");
    await untilParked(id, /door-part-db-1/);
    await api.acceptOperation({ params: { id }, body: {} });
    const service = await api.getService({ params: { id: "door-part" } });
    expect(service.servers.map((server) => [server.group, server.state])).toEqual([
      ["app", "active"],
      ["app", "active"],
      ["db", "retired"],
    ]);
    await remove("door-part");
  });

  it("a hook that keeps failing on the way back keeps no service for ever", async () => {
    const id = await order("door-farewell", "bad-farewell", "park");
    await untilActive(api, id, LIMIT_MS);
    const first = await api.deleteService({ params: { id: "door-farewell" } });
    await untilParkedOperation(first.operationId);
    // Asked again while it waits for a person, it is the same attempt.
    expect((await api.deleteService({ params: { id: "door-farewell" } })).operationId).toBe(first.operationId);
    await api.rollbackOperation({ params: { id: first.operationId }, body: {} });
    await untilOperationEnds(api, first.operationId);
    const second = await api.deleteService({ params: { id: "door-farewell" } });
    expect(second.operationId).not.toBe(first.operationId);
    await untilParkedOperation(second.operationId);
    await api.acceptOperation({ params: { id: second.operationId }, body: { reason: "it can't be saved any more" } });
    const { operationId } = await api.getService({ params: { id: "door-farewell" } });
    await untilDone(api, operationId, LIMIT_MS);
    expect((await api.getService({ params: { id: "door-farewell" } })).state).toBe("retired");
  });

  it("the owner of a service can't steer the watch over its lease", async () => {
    const owner = await addPerson(controller, "tenant");
    const request = await owner.api.createRequest({ body: wishFor("tenants", "vm") });
    await api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(api, request.id, LIMIT_MS);
    const id = `lease-${request.serviceId}`;
    expect(await api.getOperation({ params: { id } })).toMatchObject({ ended: false });
    for (const steer of [owner.api.cancelOperation, owner.api.acceptOperation, owner.api.rollbackOperation])
      await expect(steer({ params: { id }, body: {} })).rejects.toMatchObject({ code: "not_found" });
    await remove("tenants");
  });
});

async function untilParkedOperation(id: string): Promise<void> {
  const seen = await until(
    () => api.getOperation({ params: { id } }),
    (operation) => operation.state === "parked" || operation.ended,
    { limitMs: LIMIT_MS, what: (operation) => `operation ${operation.title} is still ${operation.state}` },
  );
  expect(seen.state).toBe("parked");
}

async function untilParked(id: string, reason: RegExp): Promise<void> {
  const request = await untilRequestEnds(api, id, LIMIT_MS);
  expect(request.state).toBe("parked");
  expect(request.reason).toMatch(reason);
  expect(request.allowed).toEqual(["retry-step", "rollback", "accept"]);
}

/** Turns one byte in the middle of a file around; twice is as before. */
async function flip(path: string): Promise<void> {
  const at = Math.floor((await stat(path)).size / 2);
  const file = await open(path, "r+");
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, at);
  } finally {
    await file.close();
  }
}

async function cutConnections(): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(house.db.db);
}
