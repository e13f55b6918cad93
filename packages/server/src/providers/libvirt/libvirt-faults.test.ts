import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "../contract/expect-failure.ts";
import type { Provider, VmSpec } from "../provider.ts";
import { libvirtProvider } from "./libvirt.ts";
import { startTestLibvirtd, type TestLibvirtd, whyNoLibvirtd } from "./test-libvirtd.ts";

/** A real libvirtd that is killed, that is not there, whose disk is full, and that two ask at once. */

const run = promisify(execFile);
const MIB = 1024 * 1024;
const why = whyNoLibvirtd();

it.runIf(why !== null)(`libvirt's faults were not tried: ${why}`, () => expect(why).not.toBeNull());

describe.skipIf(why !== null)("libvirt, when things go wrong", () => {
  let daemon: TestLibvirtd;
  const open: Provider[] = [];

  beforeAll(async () => {
    daemon = await startTestLibvirtd();
    await makePool("berth", "/var/lib/libvirt/images");
    await makePool("small", "/var/lib/libvirt/small");
  }, TEST_DEADLINE_MS);
  afterEach(async () => {
    for (const provider of open.splice(0)) await provider.close();
  });
  afterAll(async () => await daemon?.close(), TEST_DEADLINE_MS);

  async function makePool(name: string, target: string): Promise<void> {
    const virsh = (...args: string[]) =>
      run("virsh", ["-q", "-c", `qemu+unix:///system?socket=${daemon.socket}`, ...args]);
    await virsh("pool-define-as", name, "dir", "--target", target);
    await virsh("pool-build", name);
    await virsh("pool-start", name);
    await virsh("pool-autostart", name);
  }

  function roles() {
    const settings = libvirtProvider.settings.parse({ socket: daemon.socket, technique: "qemu" });
    const provider = libvirtProvider.open(settings, { dial: () => Promise.reject(new Error("no dial is needed")) });
    open.push(provider);
    const { vms, power, volumes, vmEvents } = provider;
    if (vms === undefined || power === undefined || volumes === undefined || vmEvents === undefined)
      throw new Error("libvirt has these roles");
    return { vms, power, volumes, vmEvents };
  }

  const vm = (name: string): VmSpec => ({
    ...{ name, uuid: randomUUID(), serial: null, cores: 1, memoryMiB: 32, firmware: "bios" },
    ...{ disks: [], nics: [], metadata: { serverId: randomUUID(), token: "1" } },
  });
  const raw = (pool: string, name: string, capacityBytes: number) => ({
    pool,
    name,
    format: "raw" as const,
    capacityBytes,
    base: null,
  });
  const content = (bytes: Buffer) => ({ sizeBytes: bytes.length, open: () => Readable.from([bytes]) });

  it("finds its guests as they were after the daemon was killed", { timeout: TEST_DEADLINE_MS }, async () => {
    const { vms, power } = roles();
    const spec = vm("lives-on");
    await vms.ensure(spec, freshCall());
    await power.on(spec.name, freshCall());

    await daemon.kill();
    await expectFailure(power.read(spec.name, freshCall()), "unreachable");
    await expectFailure(power.off(spec.name, freshCall()), "unreachable");
    await daemon.start();

    expect(await power.read(spec.name, freshCall())).toBe("on");
    await vms.ensure(spec, freshCall());
    await vms.remove(spec.name, freshCall());
    expect(await vms.list(freshCall())).toEqual([]);
  });

  it("says maybe when the daemon dies under an upload, and the next try makes it whole", {
    timeout: TEST_DEADLINE_MS,
  }, async () => {
    const { volumes } = roles();
    const bytes = randomBytes(8 * MIB);
    const spec = raw("berth", "cut", bytes.length);
    await volumes.ensure(spec, freshCall());
    async function* dying() {
      yield bytes.subarray(0, 4 * MIB);
      await daemon.kill();
      yield bytes.subarray(4 * MIB);
    }
    const cut = { sizeBytes: bytes.length, open: () => Readable.from(dying()) };
    await expectFailure(volumes.write(spec, cut, freshCall()), "unreachable", { ambiguous: true });

    await daemon.start();
    await volumes.ensure(spec, freshCall());
    await volumes.write(spec, content(bytes), freshCall());
    expect((await readFile(join(daemon.images, spec.name))).equals(bytes)).toBe(true);
    await volumes.remove(spec, freshCall());
  });

  it("tells who watches that there will be no more events, and can be watched again", {
    timeout: TEST_DEADLINE_MS,
  }, async () => {
    const { vms, vmEvents } = roles();
    const first = async () => {
      for await (const event of vmEvents.watch(freshCall())) return event;
      throw new Error("the events ended");
    };
    const spec = vm("watched");
    const makeUntilSeen = async (seen: Promise<unknown>) => {
      const done = seen.then(
        () => true,
        () => true,
      );
      // Who watches says not when he has begun, so there is something to see until he saw it.
      while (!(await Promise.race([done, new Promise<false>((resolve) => setImmediate(resolve, false))]))) {
        await vms.ensure(spec, freshCall());
        await vms.remove(spec.name, freshCall());
      }
    };
    const early = first();
    await makeUntilSeen(early);
    expect(await early).toMatchObject({ vm: "watched" });

    const events = vmEvents.watch(freshCall())[Symbol.asyncIterator]();
    const next = events.next();
    await makeUntilSeen(next);
    const drain = (async () => {
      for (;;) if ((await events.next()).done === true) return;
    })();
    // It fails while the daemon dies, before anyone waits for it.
    drain.catch(() => {});
    await daemon.kill();
    await expectFailure(drain, "unreachable");
    await daemon.start();
    const again = first();
    await makeUntilSeen(again);
    expect(await again).toMatchObject({ vm: "watched" });
  });

  it("says that the host's storage is full, and gives it back", { timeout: TEST_DEADLINE_MS }, async () => {
    const { volumes } = roles();
    const spec = raw("small", "too-much", 16 * MIB);
    await volumes.ensure(spec, freshCall());
    const writing = volumes.write(spec, content(randomBytes(16 * MIB)), freshCall());
    await expectFailure(writing, "rejected");
    await expect(writing).rejects.toThrow(/storage is full/);

    await volumes.remove(spec, freshCall());
    expect(await volumes.list("small", freshCall())).toEqual([]);
    const fits = raw("small", "fits", MIB);
    await volumes.ensure(fits, freshCall());
    await volumes.write(fits, content(randomBytes(MIB)), freshCall());
    await volumes.remove(fits, freshCall());
  });

  it("takes several who want the same volume and VM at once", { timeout: TEST_DEADLINE_MS }, async () => {
    const [a, b] = [roles(), roles()];
    for (let round = 0; round < 5; round += 1) {
      const disk = raw("berth", `same-${round}`, MIB);
      const spec = vm(`same-${round}`);
      await Promise.all([a, b, a, b].map((r) => r.volumes.ensure(disk, freshCall())));
      await Promise.all([a, b, a, b].map((r) => r.vms.ensure(spec, freshCall())));
      expect((await a.vms.list(freshCall())).map(({ name }) => name)).toEqual([spec.name]);
      await Promise.all([a, b, a, b].map((r) => r.vms.remove(spec.name, freshCall())));
      await Promise.all([a, b, a, b].map((r) => r.volumes.remove(disk, freshCall())));
      expect(await a.volumes.list("berth", freshCall())).toEqual([]);
    }
  });
});
