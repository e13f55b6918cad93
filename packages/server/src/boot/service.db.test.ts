import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeProfile } from "../fabric/actions.ts";
import { imageFiles } from "../images/image-files.ts";
import { addImage } from "../images/store.ts";
import { createTestDb, type TestDb } from "../kernel/db/test-db.ts";
import { silentLog } from "../kernel/log.ts";
import { createSecretBox } from "../kernel/secrets.ts";
import { endDeployment, ensureDeployment, readDeployment } from "./actions.ts";
import { type BootService, createBootService } from "./service.ts";

const MIB = 1024 * 1024;
const raw = Buffer.alloc(4 * MIB, "berth");
const rawSha256 = createHash("sha256").update(raw).digest("hex");
const stream = zstdCompressSync(raw);
const seed = Buffer.from("a seed with SECRET-CANARY in it");
const secrets = createSecretBox(Buffer.alloc(32, 1));
const siteId = randomUUID();
const networkId = randomUUID();
const imageId = randomUUID();

let test: TestDb;
let dir: string;
let socket: string;
let service: BootService;
/** A fresh machine for every test, whose server's profile it wears. */
let machine: { id: string; mac: string; ip: string };
let count = 0;

beforeAll(async () => {
  test = await createTestDb();
  dir = await mkdtemp(join(tmpdir(), "berth-boot-"));
  socket = join(dir, "boot.sock");
  const files = imageFiles(dir);
  await files.prepare(imageId);
  await writeFile(files.path(imageId, "stream"), stream);
  const { db } = test;
  await db.insertInto("site").values({ id: siteId, name: "lab", dial: "{}" }).execute();
  await db
    .insertInto("network")
    .values({ id: networkId, name: "lan", site_id: siteId, cidr: "10.77.1.0/24", pxe: true })
    .execute();
  await db.transaction().execute((tx) =>
    addImage(tx, {
      id: imageId,
      name: "small",
      os: null,
      firmware: ["bios"],
      raw_bytes: raw.length,
      raw_sha256: rawSha256,
      stream_bytes: stream.length,
      source: "test",
    }),
  );
  const serviceOs = { file: async () => null };
  service = createBootService({ db, secrets, files, serviceOs, pin: "sha256//abc=", log: silentLog });
  await service.listen(socket);
});

afterAll(async () => {
  await service?.close();
  await test?.drop();
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  count += 1;
  const id = randomUUID();
  const mac = `52:54:00:77:00:${(count + 16).toString(16)}`;
  const ip = `10.77.1.${count + 10}`;
  const disks = JSON.stringify([{ id: "disk-1", sizeBytes: 64 * MIB }]);
  await test.db
    .insertInto("machine")
    .values({ id, name: `m${count}`, site_id: siteId, state: "in-use", disks })
    .execute();
  const profile = {
    serverId: randomUUID(),
    uuid: randomUUID(),
    serial: `S${count}`,
    boot: "network",
    machineId: id,
  } as const;
  await test.db.transaction().execute((tx) => writeProfile(tx, { ...profile, nics: [{ mac, networkId, ip }] }));
  machine = { id, mac, ip };
});

interface Asked {
  readonly method?: string;
  readonly form?: Record<string, string> | string;
  readonly token?: string;
  readonly peer?: string;
  readonly tls?: boolean;
  readonly range?: string;
}

function ask(path: string, asked: Asked = {}): Promise<{ status: number; body: Buffer; text: string }> {
  const { form, token, peer = machine.ip, tls = false, range } = asked;
  const body = form === undefined ? undefined : typeof form === "string" ? form : new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      socketPath: socket,
      path,
      method: asked.method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        "x-berth-site": "lab",
        "x-berth-peer": peer,
        "x-berth-tls": tls ? "1" : "0",
        "x-berth-local": "10.77.1.1:8080",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(range === undefined ? {} : { range }),
      },
    });
    sent.once("error", reject);
    sent.once("response", async (answer) => {
      const parts: Buffer[] = [];
      for await (const chunk of answer as AsyncIterable<Buffer>) parts.push(chunk);
      const all = Buffer.concat(parts);
      resolve({ status: answer.statusCode ?? 0, body: all, text: all.toString("utf8") });
    });
    sent.end(body);
  });
}

async function plan(task: "install" | "wipe", id: string = randomUUID()): Promise<string> {
  const isInstall = task === "install";
  await test.db.transaction().execute((tx) =>
    ensureDeployment(tx, secrets, {
      id,
      machineId: machine.id,
      serverId: null,
      task,
      bootMac: machine.mac,
      imageId: isInstall ? imageId : null,
      disk: "disk-1",
      seed: isInstall ? seed : null,
      onDone: isInstall ? "reboot" : "off",
    }),
  );
  return id;
}

const script = async (peer = machine.ip) => (await ask(`/boot/ipxe?mac=${machine.mac}&platform=pcbios`, { peer })).text;
const tokenIn = (text: string) => /berth\.token=(\S+)/.exec(text)?.[1] ?? "no token";
const helloForm = (bootId: string, disk = `vda,${64 * MIB}`) => ({
  boot_id: bootId,
  cores: "2",
  memory_kib: "1048576",
  disk,
});
const hello = (token: string, bootId: string) => ask("/boot/agent/hello", { form: helloForm(bootId), token });

describe("an installation over the network (CAP G1, G3)", () => {
  it("goes from the script to the disk, with the seed last and once", async () => {
    const id = await plan("install");
    const token = tokenIn(await script());
    const bootId = randomUUID();
    const order = await hello(token, bootId);
    expect(order.text).toContain("action=install\ndisk=vda\nimage_path=/boot/agent/image\nimage_encoding=zstd\n");
    expect(order.text).toContain(`raw_sha256=${rawSha256}\n`);
    expect((await readDeployment(test.db, id)).state).toBe("contacted");

    const [whole, rest] = [
      await ask("/boot/agent/image", { token }),
      await ask("/boot/agent/image", { token, range: "bytes=7-" }),
    ];
    expect([whole.status, rest.status]).toEqual([200, 206]);
    expect(whole.body.equals(stream)).toBe(true);
    expect(rest.body.equals(stream.subarray(7))).toBe(true);
    await ask("/boot/agent/progress", { form: { step: "writing", percent: "40" }, token });
    expect(await readDeployment(test.db, id)).toMatchObject({ state: "writing", percent: 40 });

    expect((await ask("/boot/agent/seed", { token })).status).toBe(403);
    expect((await ask("/boot/agent/seed", { token, tls: true })).body.equals(seed)).toBe(true);
    expect((await ask("/boot/agent/seed", { token, tls: true })).status).toBe(403);

    const end = { form: { raw_sha256: rawSha256, boot_id: bootId }, token };
    expect((await ask("/boot/agent/done", end)).text).toBe("action=reboot\n");
    // The answer may be lost: the agent says it again.
    expect((await ask("/boot/agent/done", end)).text).toBe("action=reboot\n");
    expect(await readDeployment(test.db, id)).toMatchObject({ state: "done", percent: 100, error: null });
    const row = await test.db.selectFrom("deployment").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    expect(row.seed_sealed).toBeNull();
    expect(await script()).toContain("sanboot");
  });

  it("fails when other bytes were written, and drops the seed", async () => {
    const id = await plan("install");
    const token = tokenIn(await script());
    const bootId = randomUUID();
    await hello(token, bootId);
    await ask("/boot/agent/seed", { token, tls: true });
    const end = await ask("/boot/agent/done", { form: { raw_sha256: "0".repeat(64), boot_id: bootId }, token });
    expect(end.text).toBe("action=off\n");
    expect(await readDeployment(test.db, id)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("image_digest"),
    });
    expect((await ask("/boot/agent/seed", { token, tls: true })).status).toBe(403);
  });

  it("takes up again after a power cut, with a new token, and the old one is worth nothing", async () => {
    const id = await plan("install");
    const first = tokenIn(await script());
    await hello(first, randomUUID());
    await ask("/boot/agent/progress", { form: { step: "writing", percent: "70" }, token: first });
    const second = tokenIn(await script());
    expect(second).not.toBe(first);
    expect((await hello(second, randomUUID())).text).toContain("action=install");
    expect(await readDeployment(test.db, id)).toMatchObject({ state: "contacted", percent: 0 });
    for (const path of ["/boot/agent/image", "/boot/agent/seed"])
      expect((await ask(path, { token: first, tls: true })).status).toBe(403);
  });

  it("says why no disk will do", async () => {
    const id = await plan("install");
    const token = tokenIn(await script());
    const small = await ask("/boot/agent/hello", { form: helloForm(randomUUID(), "vda,1000000"), token });
    expect(small.text).toBe("action=off\n");
    expect((await readDeployment(test.db, id)).error).toContain("vda (1000000 bytes)");
  });

  it("reports what the machine says of its failure", async () => {
    const id = await plan("install");
    const token = tokenIn(await script());
    await hello(token, randomUUID());
    await ask("/boot/agent/failed", {
      form: { code: "disk_write", message: "the disk refuses writes", log: "last\nlines" },
      token,
    });
    expect(await readDeployment(test.db, id)).toMatchObject({
      state: "failed",
      error: "disk_write: the disk refuses writes",
    });
  });
});

it("wipes, turns the machine off, and lets it wait afterwards", async () => {
  const id = await plan("wipe");
  const token = tokenIn(await script());
  const bootId = randomUUID();
  expect((await hello(token, bootId)).text).toBe("action=wipe\n");
  expect((await ask("/boot/agent/done", { form: { boot_id: bootId }, token })).text).toBe("action=off\n");
  expect((await readDeployment(test.db, id)).state).toBe("done");
  expect(await script()).toContain("berth.token=");
});

it("ends for good: the token, the seed and the order are gone", async () => {
  const id = await plan("install");
  const token = tokenIn(await script());
  await hello(token, randomUUID());
  await test.db.transaction().execute((tx) => endDeployment(tx, id));
  expect((await readDeployment(test.db, id)).state).toBe("ended");
  expect((await ask("/boot/agent/seed", { token, tls: true })).status).toBe(403);
  const row = await test.db.selectFrom("deployment").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  expect(row.seed_sealed).toBeNull();
});

it("is asked for twice and is one while it is under way; once it is over it begins anew, with a seed of its own", async () => {
  const id = await plan("install");
  await hello(tokenIn(await script()), randomUUID());
  await plan("install", id);
  expect((await readDeployment(test.db, id)).state).toBe("contacted");
  await test.db.transaction().execute((tx) => endDeployment(tx, id));
  await plan("install", id);
  expect((await readDeployment(test.db, id)).state).toBe("waiting");
});

it("keeps one deployment at a time for a machine", async () => {
  await plan("install");
  await expect(plan("wipe")).rejects.toMatchObject({ code: "conflict" });
});

describe("strangers get nothing", () => {
  it("neither by the right card from a wrong address, nor by a wrong token, nor by another boot's", async () => {
    await plan("install");
    const spoofed = await script("10.77.1.250");
    expect(spoofed).not.toContain("berth.token");
    const token = tokenIn(await script());
    expect((await ask("/boot/agent/image", { token, peer: "10.77.1.250" })).status).toBe(403);
    expect((await ask("/boot/agent/image", { token: "A".repeat(43) })).status).toBe(403);
    expect((await ask("/boot/agent/image")).status).toBe(403);
    // No hello yet: the token is not bound to a boot.
    expect((await ask("/boot/agent/seed", { token, tls: true })).status).toBe(403);
    expect((await hello(token, randomUUID())).status).toBe(200);
    expect((await hello(token, randomUUID())).status).toBe(403);
    expect(
      (await ask("/boot/agent/done", { form: { boot_id: randomUUID(), raw_sha256: rawSha256 }, token })).status,
    ).toBe(403);
  });

  it("are written down, inspected, and wait; a storm of them ends at the pace", async () => {
    const ask1 = (mac: string) => ask(`/boot/ipxe?mac=${mac}&platform=efi`, { peer: "10.77.1.99" });
    const token = tokenIn((await ask1("52:54:00:99:00:01")).text);
    const form = { ...helloForm(randomUUID()), nic: "eth0,52:54:00:99:00:01" };
    expect((await ask("/boot/agent/hello", { form, token, peer: "10.77.1.99" })).text).toBe(
      "action=wait\nseconds=30\n",
    );
    const row = await test.db
      .selectFrom("machine")
      .selectAll()
      .where("name", "=", "unknown-525400990001")
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: "enrolled", cores: 2, memory_mib: 1024, provider: null });
    for (let i = 0; i < 200; i += 1) await ask1(`52:54:00:98:00:${i.toString(16).padStart(2, "0")}`);
    const { n } = await test.db
      .selectFrom("machine")
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .where("name", "like", "unknown-52540098%")
      .executeTakeFirstOrThrow();
    expect(Number(n)).toBeLessThan(200);
    // Those that are known boot on.
    expect((await ask1("52:54:00:99:00:01")).text).toContain("berth.token=");
  });

  it("get a short answer for garbage", async () => {
    await plan("install");
    const token = tokenIn(await script());
    expect((await ask("/boot/agent/hello", { form: "x".repeat(70_000), token })).status).toBe(413);
    expect((await ask("/boot/agent/hello", { form: { boot_id: "nonsense" }, token })).status).toBe(400);
    expect((await ask("/boot/agent/progress", { form: { step: "dancing" }, token })).status).toBe(403);
    for (const path of ["/boot/", "/boot/agent/image/../seed", "/v1/servers", "/boot/os/passwd"]) {
      expect((await ask(path, { token })).status).toBe(404);
    }
    expect((await ask("/boot/os/vmlinuz")).status).toBe(503);
  });
});

it("writes down each decision once, with its reason", async () => {
  await plan("install");
  for (let i = 0; i < 3; i += 1) await script();
  await script("10.77.1.251");
  const rows = await test.db
    .selectFrom("boot_decision")
    .selectAll()
    .where("machine_id", "=", machine.id)
    .orderBy("id")
    .execute();
  expect(rows.map(({ chosen, times }) => [chosen, times])).toEqual([
    ["service-os/install", 3],
    ["wait", 1],
  ]);
});

it("shows no secret in any row", async () => {
  const id = await plan("install");
  await hello(tokenIn(await script()), randomUUID());
  const row = await test.db.selectFrom("deployment").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  const text = JSON.stringify(row);
  expect(text).not.toContain("SECRET-CANARY");
  expect(text).not.toContain(seed.toString("base64"));
});
