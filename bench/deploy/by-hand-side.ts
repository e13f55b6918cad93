import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { z } from "zod";
import { chooseAccelerator } from "../../packages/lab/src/accelerator.ts";
import { selfSigned } from "../../packages/server/src/boot/certificate.ts";
import { readTemplate } from "../../packages/server/src/catalog/read-template.ts";
import { newGuestKeys } from "../../packages/server/src/guests/keys.ts";
import { quoted } from "../../packages/server/src/guests/script-rules.ts";
import { buildSeed } from "../../packages/server/src/guests/seed.ts";
import type { Times } from "./times.ts";

const ROOT = join(import.meta.dirname, "../..");
const SCRIPT = join(import.meta.dirname, "by-hand.sh");
const EDGE = "10.77.1.1";
const LIMIT_MS = 30 * 60_000;

const GUESTS = [
  { name: "db", mac: "52:54:00:ba:00:01", ip: "10.77.1.20", storage: "52:54:00:ba:00:02" },
  { name: "app1", mac: "52:54:00:ba:01:01", ip: "10.77.1.21", storage: null },
  { name: "app2", mac: "52:54:00:ba:01:02", ip: "10.77.1.22", storage: null },
] as const;

const Image = z.object({ dir: z.string(), rawBytes: z.number(), rawSha256: z.string(), streamBytes: z.number() });
const ServiceOs = z.object({ dir: z.string() });

/** Runs the script once and measures it. Keys, seeds and hooks are there before its time begins. */
export async function deployByHand(cacheDir: string, interrupted: AbortSignal): Promise<Times> {
  const work = await mkdtemp(join(tmpdir(), "berth-by-hand-"));
  try {
    await furnish(work, cacheDir);
    const { accelerator } = await chooseAccelerator(cacheDir);
    const signal = AbortSignal.any([interrupted, AbortSignal.timeout(LIMIT_MS)]);
    return await run([SCRIPT, work, accelerator], signal);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function run(script: readonly string[], signal: AbortSignal): Promise<Times> {
  signal.throwIfAborted();
  const [command = "", ...args] = process.getuid?.() === 0 ? script : ["sudo", "-n", "--", ...script];
  const beganAt = performance.now();
  const seconds = () => (performance.now() - beganAt) / 1000;
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  // The script then takes its machines and its network down itself.
  signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  const seen = new Map<string, number>();
  createInterface({ input: child.stdout }).on("line", (line) => seen.set(line, seconds()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const [started, served] = [seen.get("started"), seen.get("served")];
  if (code !== 0 || started === undefined || served === undefined)
    throw new Error(`the script ended with ${code} after ${[...seen.keys()].join(", ") || "nothing"}`);
  return { total: served, guests: served - started, own: started };
}

async function furnish(work: string, cacheDir: string): Promise<void> {
  const image = await built("debian-12", cacheDir, Image);
  const serviceOs = await built("service-os", cacheDir, ServiceOs);
  const boot = join(work, "boot");
  await mkdir(boot);
  await symlink(join(image.dir, "disk.raw"), join(work, "image.raw"));
  await symlink(join(image.dir, "disk.raw.zst"), join(boot, "image.zst"));
  for (const name of ["vmlinuz", "initrd"]) await copyFile(join(serviceOs.dir, name), join(boot, name));
  const user = newGuestKeys();
  await writeFile(join(work, "key"), user.private, { mode: 0o600 });
  const seeds = await Promise.all(GUESTS.map((guest) => seedOf(guest, user.public)));
  for (const [i, guest] of GUESTS.entries()) await writeFile(join(work, `${guest.name}.seed`), seeds[i] ?? "");
  const [dbSeed] = seeds;
  if (dbSeed === undefined) throw new Error("there is no seed");
  await writeFile(join(boot, "db.seed"), dbSeed);
  const tls = selfSigned(new Date());
  await writeFile(join(boot, "certificate.pem"), tls.certificate);
  await writeFile(join(boot, "key.pem"), tls.key, { mode: 0o600 });
  await writeFile(join(boot, "boot.ipxe"), bootScript(tls.pin));
  await writeFile(join(boot, "task"), taskOf(image, dbSeed));
  await writeFile(join(boot, "done"), "action=reboot\n");
  await writeFile(join(boot, "ok"), "ok=1\n");
  await writeHooks(work);
}

/** Builds it, or finds it in the cache: the very files that Berth would use. */
async function built<T>(recipe: string, cacheDir: string, schema: z.ZodType<T>): Promise<T> {
  const builder = join(ROOT, "packages/service-os/src/main.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [builder, recipe, "--cache", cacheDir]);
  const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");
  return schema.parse(last?.result);
}

async function seedOf(guest: (typeof GUESTS)[number], authorizedKey: string): Promise<Buffer> {
  const hostKey = newGuestKeys();
  const nic = (mac: string, ip: string, gateway: string | null) => ({
    mac,
    ip,
    prefix: 24,
    gateway,
    dns: [],
    dhcp: false,
  });
  const storage = guest.storage === null ? [] : [nic(guest.storage, "10.77.2.20", null)];
  return await buildSeed({
    instanceId: guest.name,
    hostname: guest.name,
    user: "berth",
    authorizedKeys: [authorizedKey],
    hostKeyPrivate: hostKey.private,
    hostKeyPublic: hostKey.public,
    nics: [nic(guest.mac, guest.ip, EDGE), ...storage],
  });
}

/** As the boot service's own (packages/server/src/boot/ipxe-rules.ts). */
function bootScript(pin: string): string {
  const words = [
    "initrd=initrd console=tty0 console=ttyS0,115200n8 quiet panic=1 no_timer_check",
    `berth.url=http://${EDGE}:8080 berth.tls=https://${EDGE}:8443 berth.pin=${pin} berth.token=none`,
    "berth.mac=${netX/mac} berth.ip=${netX/ip} berth.netmask=${netX/netmask} berth.gateway=${netX/gateway}",
  ];
  const url = `http://${EDGE}:8080`;
  return ["#!ipxe", `kernel ${url}/vmlinuz ${words.join(" ")}`, `initrd --name initrd ${url}/initrd`, "boot", ""].join(
    "\n",
  );
}

function taskOf(image: z.output<typeof Image>, seed: Buffer): string {
  const facts = {
    action: "install",
    disk: "vda",
    image_path: "/image",
    image_encoding: "zstd",
    stream_bytes: image.streamBytes,
    raw_bytes: image.rawBytes,
    raw_sha256: image.rawSha256,
    seed_path: "/seed",
    seed_bytes: seed.length,
    seed_sha256: createHash("sha256").update(seed).digest("hex"),
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** The template's own hooks, with the variables that they read. */
async function writeHooks(work: string): Promise<void> {
  const read = readTemplate(await readFile(join(ROOT, "templates/two-tier.yaml"), "utf8"));
  if (!("template" in read)) throw new Error("the template can't be read");
  for (const guest of GUESTS) {
    const group = guest.name === "db" ? "db" : "app";
    const hook = read.template.hooks.find((candidate) => candidate.group === group);
    if (hook === undefined || hook.run.kind !== "script") throw new Error(`group ${group} has no script`);
    const environment = {
      BERTH_REQUEST_ID: "by-hand",
      BERTH_SERVICE_NAME: "by-hand",
      BERTH_SERVER_ADDRESS: guest.ip,
      BERTH_GROUP_DB_ADDRESSES: GUESTS[0].ip,
    };
    const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`);
    // To a file first: a shell that reads its script from standard input shares it with the script's commands.
    const lines = [
      ...exports,
      "cat > /run/hook <<'END_OF_HOOK'",
      hook.run.script.trimEnd(),
      "END_OF_HOOK",
      "sh /run/hook < /dev/null",
      "",
    ];
    await writeFile(join(work, `${guest.name}.hook`), lines.join("\n"));
  }
}
