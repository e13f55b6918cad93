import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { FOR_EVER, Ground, IMPATIENT, LIMIT_MS, wishFor } from "./ground.ts";
import { readTruth, until, untilActive } from "./steps.ts";

/**
 * What a house must survive: BMCs that lie, hosts that restart or are full, machines that never come, bytes that are
 * wrong, a database that goes away, controllers that stand still. What went wrong is said in words.
 */
const ground = Ground.forTests();

describe("management controllers that misbehave (CAP G1)", () => {
  it.each([
    ["timeout-after-act", 1],
    ["503", 3],
    ["drop-session", 1],
    ["once-reads-continuous", 3],
  ] as const)("%s, %i times on the way there and back: the service is made and taken away", async (kind, count) => {
    const service = `bmc-${kind}`;
    const request = await ground.api.createRequest({ body: wishFor(service, "blade") });
    await ground.fault(ground.enclosure, kind, count);
    await ground.api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(ground.api, request.id, LIMIT_MS);
    await ground.fault(ground.enclosure, kind, count);
    await ground.remove(service);
  });

  it("a reset that is accepted and not done is seen, and asked for again", async () => {
    const request = await ground.api.createRequest({ body: wishFor("ignored", "blade") });
    await ground.fault(ground.enclosure, "reset-ignored", 1);
    await ground.api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(ground.api, request.id, LIMIT_MS);
    await ground.remove("ignored");
  });

  it("a blade that never comes back: the request says so, all else is undone, the blade leaves its pools switched off", async () => {
    await ground.fault(ground.enclosure, "never-boots", FOR_EVER);
    const id = await ground.order("lost", "two-tier");
    const reason = await ground.failureOf(id);
    expect(reason).toMatch(/lost-db-1.*told to boot from the network, and has not been heard from/);
    const { items } = await ground.api.listMachines({ query: {} });
    const lost = items.filter((machine) => machine.state === "failed");
    expect(lost.map((machine) => machine.state)).toEqual(["failed"]);
    const truth = await readTruth(ground.house);
    expect(truth.get(`blades/${lost[0]?.name}/power`)).toBe('"off"');
    const { items: servers } = await ground.api.listServers({ query: { service: "lost" } });
    expect(servers.map((server) => server.state)).toEqual(["retired", "retired", "retired"]);
    await ground.clearFaults();
    // Somebody has looked after it: inspected, it is back in its pool.
    await ground.api.inspectMachine({ params: { id: lost[0]?.name ?? "" }, body: {} });
    expect((await ground.api.getMachine({ params: { id: lost[0]?.name ?? "" } })).state).toBe("available");
  });
});

describe("hosts that misbehave (CAP F1)", () => {
  it("a hypervisor that restarts while disks are made: the service is made all the same", async () => {
    const id = await ground.order("restarted", "vms");
    for (const step of ["place-image", "make-disks", "write-seed", "define-vm"]) {
      await ground.untilStep(id, step);
      for (const host of ground.hosts) await ground.fault(host, "memory-host-restart");
    }
    await untilActive(ground.api, id, LIMIT_MS);
    await ground.remove("restarted");
  });

  it("a hypervisor that acts and never answers", async () => {
    const request = await ground.api.createRequest({ body: wishFor("deaf", "vms") });
    for (const host of ground.hosts) await ground.fault(host, "timeout-after-act", 1);
    await ground.api.approveRequest({ params: { id: request.id }, body: {} });
    await untilActive(ground.api, request.id, LIMIT_MS);
    await ground.remove("deaf");
  });

  it("a full disk: undone, with the host's own words, and the same request goes through later", async () => {
    for (const host of ground.hosts) await ground.fault(host, "host-disk-full", FOR_EVER);
    const id = await ground.order("full", "vms");
    expect(await ground.failureOf(id)).toMatch(/full-main-\d.*no space left/);
    await ground.clearFaults();
    const again = await ground.api.retryRequest({ params: { id }, body: {} });
    await ground.api.approveRequest({ params: { id: again.id }, body: {} });
    await untilActive(ground.api, again.id, LIMIT_MS);
    await ground.remove("full");
  });
});

describe("an image whose bytes are wrong is found by its digest, and not booted (CAP F7)", () => {
  it.each([
    ["flipped-vm", "disk.raw", /bytes of image flipped@1 are not those recorded/],
    ["flipped-blade", "disk.raw.zst", /image/],
  ])("%s", async (template, file, words) => {
    const image = await ground.api.getImage({ params: { ref: "flipped" } });
    const path = join(ground.house.dir, "images", image.id, file);
    await flip(path);
    const id = await ground.order(template, template);
    const reason = await ground.failureOf(id);
    expect(reason).toMatch(words);
    expect(reason).toContain(`${template}-main`);
    await flip(path);
  });
});

describe("databases and controllers that go away (SAFETY 4, 5, 18)", () => {
  it("all connections to the database are cut, several times, in the middle of it", async () => {
    const id = await ground.order("cut", "two-tier");
    for (const step of ["place-image", "install", "wait-for-ssh", "run-hook"]) {
      await ground.untilStep(id, step);
      await cutConnections();
    }
    await until(
      () => ground.api.getRequest({ params: { id } }).catch(() => null),
      (seen) => seen?.state === "active",
      {
        limitMs: LIMIT_MS,
        what: (seen) => `request is ${seen?.state}: ${seen?.reason}`,
      },
    );
    await ground.remove("cut");
  });

  it("a controller that stands still past its lease ends when it wakes, and nothing was done twice", async () => {
    const sleeper = await ground.house.startController({ script: IMPATIENT });
    await ground.controller.kill("SIGTERM");
    const { id } = await sleeper.api.createRequest({ body: wishFor("asleep", "two-tier") });
    await sleeper.api.approveRequest({ params: { id }, body: {} });
    await ground.untilStep(id, "define-vm");
    process.kill(sleeper.pid, "SIGSTOP");
    await ground.startController();
    await untilActive(ground.api, id, LIMIT_MS);
    process.kill(sleeper.pid, "SIGCONT");
    expect(await sleeper.ended).toBe("1");
    const there = await readTruth(ground.house);
    const domains = new Set(
      [...there.keys()].flatMap((path) => /^hosts\/[^/]+\/domains\/([^/]+)/.exec(path)?.[1] ?? []),
    );
    expect(domains.size).toBe(2);
    const { hooks } = await ground.api.getService({ params: { id: "asleep" } });
    expect(hooks.map((hook) => `${hook.name} ${hook.server}`)).toEqual([
      "install-database asleep-db-1",
      "install-application asleep-app-1",
      "install-application asleep-app-2",
    ]);
    await ground.remove("asleep");
  });

  it("two controllers, approvals of several services at both at once: each is made once", async () => {
    const second = await ground.house.startController({ script: IMPATIENT });
    const names = ["race-1", "race-2", "race-3", "race-4"];
    for (const name of names) await ground.api.createRequest({ body: wishFor(name, "vm") });
    const verdicts = await Promise.allSettled(
      names.flatMap((id) => [ground.api, second.api].map((by) => by.approveRequest({ params: { id }, body: {} }))),
    );
    expect(verdicts.filter(({ status }) => status === "fulfilled")).toHaveLength(names.length);
    for (const name of names) await untilActive(ground.api, name, LIMIT_MS);
    const { items } = await ground.api.listServers({ query: { state: "active" } });
    expect(items.map((server) => server.name).sort()).toEqual(names.map((name) => `${name}-main-1`));
    await Promise.all(names.map((name, index) => ground.remove(name, index % 2 === 0 ? ground.api : second.api)));
    await second.kill("SIGTERM");
  });
});

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
    where datname = current_database() and pid <> pg_backend_pid()`.execute(ground.house.db.db);
}
