import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { zstdCompressSync } from "node:zlib";
import { LabDescription, LabStatus, LabTruth } from "@berth/api/lab.ts";
import { fetchPage } from "@berth/server/guests/fetch-page.ts";
import { newGuestKeys } from "@berth/server/guests/keys.ts";
import { buildSeed } from "@berth/server/guests/seed.ts";
import { runScript, waitForSsh } from "@berth/server/guests/ssh.ts";
import { edgeDial } from "@berth/server/kernel/dial-edge.ts";
import { silentLog } from "@berth/server/kernel/log.ts";
import { openProvider } from "@berth/server/providers/registry.ts";
import { describe, expect, it, onTestFinished } from "vitest";
import { callJson } from "../unix-http.ts";
import { startFakeController } from "./fake-controller.ts";
import { runSimulatedLab } from "./lab.ts";

const DEADLINE_MS = 60_000;
const call = () => ({ signal: AbortSignal.timeout(DEADLINE_MS) });
const MIB = 1024 * 1024;

async function upLab(options: { blades?: number; hosts?: number } = {}) {
  const stateDir = await mkdtemp(join(tmpdir(), "berth-simlab-"));
  const lab = await runSimulatedLab({ stateDir, blades: 2, hosts: 1, speed: "instant", ...options });
  const controller = await startFakeController(join(stateDir, "boot.sock"));
  onTestFinished(async () => {
    await lab.down();
    await controller.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  const { edgeSocket } = lab.description.site;
  const control = (method: string, path: string, body?: unknown) =>
    callJson(join(stateDir, "lab/labd.sock"), method, path, { body });
  const edge = (method: string, path: string, body?: unknown) => callJson(edgeSocket, method, path, { body });
  const dial = edgeDial(edgeSocket);
  const outside = { dial, log: silentLog };
  const [blade] = lab.description.enclosures[0]?.blades ?? [];
  const [host] = lab.description.hosts;
  const bmc =
    blade === undefined
      ? null
      : openProvider(
          "redfish",
          {
            endpoint: blade.endpoint,
            username: blade.username,
            password: blade.password,
            tls: { mode: "pin", sha256: blade.certificateSha256 },
          },
          outside,
        );
  const hypervisor = host === undefined ? null : openProvider(host.provider, host.settings, outside);
  return { lab, stateDir, controller, control, edge, dial, blade, bmc, hypervisor };
}

/** A system's identity, and the seed that gives it. */
async function systemOf(hostname: string, nic: { mac: string; ip: string }) {
  const [host, user] = [newGuestKeys(), newGuestKeys()];
  const seed = await buildSeed({
    instanceId: randomUUID(),
    hostname,
    user: "berth",
    authorizedKeys: [user.public],
    hostKeyPrivate: host.private,
    hostKeyPublic: host.public,
    nics: [{ mac: nic.mac, ip: nic.ip, prefix: 24, gateway: null, dns: [], dhcp: false }],
  });
  const login = { ip: nic.ip, user: "berth", privateKey: user.private, hostKeyPublic: host.public, hostname };
  return { seed, login };
}

function need<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("the lab was to have it");
  return value;
}

describe("a simulated lab", () => {
  it("describes itself as the contract says, and leaves nothing behind", { timeout: DEADLINE_MS }, async () => {
    const { lab, control, stateDir } = await upLab({ blades: 18, hosts: 3 });
    const description = LabDescription.parse(await control("GET", "/lab"));
    expect(description.enclosures.map(({ name, blades }) => [name, blades.length])).toEqual([
      ["enc1", 16],
      ["enc2", 2],
    ]);
    expect(LabStatus.parse(await control("GET", "/status")).state).toBe("up");
    const truth = LabTruth.parse(await control("GET", "/truth"));
    expect(truth.blades.every(({ power, disk }) => power === "off" && disk === "blank")).toBe(true);
    await expect(runSimulatedLab({ stateDir })).rejects.toThrow("already running");
    await control("POST", "/down");
    await lab.ended;
    expect(await readdir(stateDir)).toEqual(["boot.sock"]);
  });

  it("refuses what an edge refuses", { timeout: DEADLINE_MS }, async () => {
    const { edge, dial } = await upLab();
    await expect(edge("PUT", "/dhcp", { networks: "all" })).rejects.toThrow("networks");
    await expect(edge("PUT", "/boot", { upstream: "relative", tls: null })).rejects.toThrow("absolute");
    await expect(dial({ host: "10.77.1.99", port: 22 }, call())).rejects.toMatchObject({ failure: "unreachable" });
    await expect(dial({ host: "127.0.0.1", port: 22 }, call())).rejects.toMatchObject({ failure: "unreachable" });
  });

  it("installs a blade over its network, whose system then answers", { timeout: 2 * DEADLINE_MS }, async () => {
    const { lab, bmc, blade, controller, edge, dial, control, stateDir } = await upLab();
    const { power, boot, identity } = need(bmc);
    const { systemId } = need(blade);
    const [given, ip] = ["52:54:00:be:00:01", "10.77.1.20"];
    const { seed, login } = await systemOf("web1", { mac: given, ip });
    const image = Buffer.concat([randomBytes(2 * MIB), Buffer.alloc(6 * MIB)]);
    const stream = zstdCompressSync(image);
    controller.deploy({ image, encoding: "zstd", stream, seed });
    controller.cutNext(100_000);

    await need(identity).apply(
      systemId,
      { uuid: randomUUID(), serial: "BERTH-1", macs: [{ nic: "nic1", mac: given }] },
      call(),
    );
    const network = {
      name: "lan",
      cidr: "10.77.1.0/24",
      interface: "br-lan",
      gateway: "10.77.1.1",
      dns: [],
      mode: "server",
      dynamicRange: null,
    };
    await edge("PUT", "/dhcp", { networks: [network], hosts: [{ mac: given, ip, hostname: "web1" }] });
    await edge("PUT", "/boot", { upstream: join(stateDir, "boot.sock"), tls: null });
    await need(boot).setNext(systemId, "network", call());
    await need(power).on(systemId, call());

    await waitForSsh({ dial }, login, call());
    expect(controller.log).toEqual([
      `ipxe ${given} from ${ip}`,
      `hello vda,${64 * 1024 * MIB}`,
      "image 0-",
      "image 100000-",
      "seed tls",
      "done",
    ]);
    const env = { BERTH_REQUEST_ID: "request-1", BERTH_GROUP_WEB_ADDRESSES: ip, ODD: "it's\n$HOME" };
    const script = "set -e\ncat > /srv/page <<'X'\nexit 3\nX\necho \"set up on 8080 for $BERTH_REQUEST_ID\"\n";
    const run = await runScript({ dial }, login, { script, env, timeoutMs: 10_000, asRoot: true }, call());
    expect(run).toEqual({ exitCode: 0, stdout: "set up on 8080 for request-1\n", stderr: "" });
    const failed = await runScript(
      { dial },
      login,
      { script: "echo no >&2\nexit 7", env: {}, timeoutMs: 10_000 },
      call(),
    );
    expect(failed).toEqual({ exitCode: 7, stdout: "", stderr: "no\n" });
    const page = await fetchPage({ dial, ip, port: 8080, path: "/" }, call());
    expect(page.body).toContain("BERTH_REQUEST_ID=request-1");
    expect(page.body).toContain(`web ${ip}: web1 answers`);

    const stranger = { ...login, hostKeyPublic: newGuestKeys().public };
    await expect(waitForSsh({ dial }, stranger, call())).rejects.toMatchObject({ failure: "denied" });
    const truth = LabTruth.parse(await control("GET", "/truth"));
    expect(truth.blades.find(({ name }) => name === systemId)).toMatchObject({ power: "on", disk: "partitioned" });

    await need(power).shutDown(systemId, call());
    await expect.poll(() => need(power).read(systemId, call()), { timeout: DEADLINE_MS }).toBe("off");
    await expect(dial({ host: ip, port: 22 }, call())).rejects.toMatchObject({ failure: "unreachable" });
    expect(lab.blades.get(systemId)?.disk()?.seed?.hostname).toBe("web1");
  });

  it("keeps a blade off whose image was changed on its way", { timeout: 2 * DEADLINE_MS }, async () => {
    const { lab, bmc, blade, controller, edge, stateDir } = await upLab();
    const { systemId, nics } = need(blade);
    const mac = nics[0]?.mac ?? "";
    const { seed } = await systemOf("web1", { mac, ip: "10.77.1.20" });
    const image = randomBytes(MIB);
    const flipped = Buffer.from(image);
    flipped.writeUInt8(image.readUInt8(500_000) ^ 1, 500_000);
    controller.deploy({ image, encoding: "none", stream: flipped, seed });
    const network = {
      name: "lan",
      cidr: "10.77.1.0/24",
      interface: "br-lan",
      gateway: "10.77.1.1",
      dns: [],
      mode: "server",
    };
    await edge("PUT", "/dhcp", {
      networks: [{ ...network, dynamicRange: { start: "10.77.1.200", end: "10.77.1.210" } }],
      hosts: [],
    });
    await edge("PUT", "/boot", { upstream: join(stateDir, "boot.sock"), tls: null });
    await need(need(bmc).power).on(systemId, call());
    await expect.poll(() => controller.log.at(-1), { timeout: DEADLINE_MS }).toBe("failed image_digest");
    await expect.poll(() => lab.blades.get(systemId)?.hardware.power(), { timeout: DEADLINE_MS }).toBe("off");
    expect(lab.blades.get(systemId)?.disk()).toBeNull();
  });

  it("runs a VM from an image and a seed, once the image is whole", { timeout: 2 * DEADLINE_MS }, async () => {
    const { hypervisor, dial, control } = await upLab();
    const { volumes, vms, power } = need(hypervisor);
    const nic = { mac: "52:54:00:be:00:02", ip: "10.77.1.21" };
    const { seed, login } = await systemOf("app1", nic);
    const pool = "berth";
    const base = { name: "image", format: "raw" as const };
    const image = randomBytes(5 * MIB);
    const content = (bytes: Buffer) => ({ sizeBytes: bytes.length, open: () => Readable.from([bytes]) });
    const seedVolume = {
      pool,
      name: "app1-seed",
      format: "raw" as const,
      capacityBytes: Math.ceil(seed.length / MIB) * MIB,
      base: null,
    };
    await need(volumes).ensure({ pool, ...base, capacityBytes: image.length, base: null }, call());
    await need(volumes).ensure({ pool, name: "app1-disk", format: "qcow2", capacityBytes: 64 * MIB, base }, call());
    await need(volumes).ensure(seedVolume, call());
    await need(volumes).write(seedVolume, content(seed), call());
    const disk = (name: string, format: "raw" | "qcow2") => ({ volume: { pool, name }, format, readOnly: false });
    const vm = {
      ...{ name: "vm-app1", uuid: randomUUID(), serial: null, cores: 1, memoryMiB: 512, firmware: "bios" as const },
      disks: [disk("app1-disk", "qcow2"), disk("app1-seed", "raw")],
      nics: [{ mac: nic.mac, bridge: "br-lan" }],
      metadata: { serverId: randomUUID(), token: "1" },
    };
    await need(vms).ensure(vm, call());
    await need(power).on(vm.name, call());
    // It found no system on its disk, and stays without one.
    const early = waitForSsh({ dial }, login, { signal: AbortSignal.timeout(1_500) });
    await expect(early).rejects.toMatchObject({ failure: "unreachable" });

    await need(volumes).write({ pool, name: "image" }, content(image), call());
    await need(power).reset(vm.name, call());
    await waitForSsh({ dial }, login, call());
    const truth = LabTruth.parse(await control("GET", "/truth"));
    expect(truth.hosts[0]?.domains).toEqual([{ name: "vm-app1", state: "running" }]);
    await expect(need(volumes).remove(seedVolume, call())).rejects.toMatchObject({ failure: "busy" });

    // What its first start found stays on the disk when the seed is gone.
    await need(power).off(vm.name, call());
    await need(vms).ensure({ ...vm, disks: vm.disks.slice(0, 1) }, call());
    await need(volumes).remove(seedVolume, call());
    await need(power).on(vm.name, call());
    await waitForSsh({ dial }, login, call());
    await need(vms).remove(vm.name, call());
    await expect(dial({ host: nic.ip, port: 22 }, call())).rejects.toMatchObject({ failure: "unreachable" });
  });

  it("has the faults it is asked for, and ends them", { timeout: 2 * DEADLINE_MS }, async () => {
    const { control, bmc, blade, hypervisor } = await upLab();
    const { systemId } = need(blade);
    const power = need(need(bmc).power);
    const fault = (target: string, kind: string, count = 1) => control("POST", "/fault", { target, kind, count });
    await expect(fault("enc9-bay1", "slow")).rejects.toThrow("there is no blade");
    await expect(fault(systemId, "explode")).rejects.toThrow("it has");
    await fault("sim1", "never-boots", 2);
    await fault("enc1", "503", 3);
    expect(await fault(systemId, "bmc-silent")).toEqual({
      "sim1/never-boots": 2,
      [`${systemId}/bmc-silent`]: 1,
      "enc1-bay1/503": 3,
      "enc1-bay2/503": 3,
    });
    await expect(power.read(systemId, { signal: AbortSignal.timeout(2_000) })).rejects.toMatchObject({
      failure: "unreachable",
    });
    expect(await control("DELETE", "/fault")).toEqual({});
    expect(await power.read(systemId, call())).toBe("off");
    await fault("sim1", "libvirtd-restart");
    await expect
      .poll(
        () =>
          need(need(hypervisor).vms)
            .facts(call())
            .then(
              ({ cores }) => cores,
              () => 0,
            ),
        { timeout: DEADLINE_MS },
      )
      .toBe(16);
  });

  it("serves nothing to other users", { timeout: DEADLINE_MS }, async () => {
    const { lab } = await upLab();
    const { stat } = await import("node:fs/promises");
    const sockets = [lab.description.site.edgeSocket, String(lab.description.hosts[0]?.settings.socket)];
    for (const socket of sockets) expect((await stat(socket)).mode & 0o077).toBe(0);
  });
});

it("answers a request for nothing with nothing", { timeout: DEADLINE_MS }, async () => {
  const { lab } = await upLab();
  const status = await new Promise((resolve, reject) => {
    const asking = request({ socketPath: lab.description.site.edgeSocket, path: "/../etc" }, (response) =>
      resolve(response.statusCode),
    );
    asking.once("error", reject);
    asking.end();
  });
  expect(status).toBe(404);
});
