import { randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { consoleContract } from "../contract/console-contract.ts";
import { expectFailure, freshCall } from "../contract/expect-failure.ts";
import { powerContract } from "../contract/power-contract.ts";
import { vmEventsContract } from "../contract/vm-events-contract.ts";
import { vmHostContract } from "../contract/vm-host-contract.ts";
import { contentOf, patchwork, volumeHostContract } from "../contract/volume-host-contract.ts";
import type { Provider, VmSpec } from "../provider.ts";
import { memoryFixture } from "./lab-fixture.ts";

const made = { count: 0 };
const MIB = 1024 * 1024;

function spec(change: Partial<VmSpec> = {}): VmSpec {
  made.count += 1;
  const low = made.count.toString(16).padStart(4, "0");
  const nic = { mac: `52:54:00:00:${low.slice(0, 2)}:${low.slice(2)}`, bridge: "br-lan" };
  const size = { cores: 1, memoryMiB: 32, firmware: "bios" as const, disks: [], nics: [nic] };
  return {
    name: `vm-${made.count}`,
    uuid: randomUUID(),
    serial: null,
    ...size,
    metadata: { serverId: randomUUID(), token: "1" },
    ...change,
  };
}

function roles({ vms, power, volumes, vmEvents, console }: Provider) {
  if (vms === undefined || power === undefined || volumes === undefined || vmEvents === undefined)
    throw new Error("the memory provider has these roles");
  if (console === undefined) throw new Error("the memory provider has consoles");
  return { vms, power, volumes, vmEvents, console };
}

async function fixture() {
  const lab = await memoryFixture();
  const makeForeign = async () => {
    const { name } = spec();
    lab.host.makeForeign(name);
    return name;
  };
  return { ...lab, ...roles(lab.open()), spec, makeForeign };
}

powerContract("memory", async () => {
  const { vms, power, close } = await fixture();
  const vm = spec();
  await vms.ensure(vm, freshCall());
  return { power, machine: vm.name, close };
});

vmHostContract("memory", fixture);
vmEventsContract("memory", fixture);

consoleContract("memory", async () => {
  const { vms, power, console, close } = await fixture();
  const vm = spec();
  await vms.ensure(vm, freshCall());
  return { power, console, machine: vm.name, kinds: ["serial"], says: /Simulated firmware/, close };
});

volumeHostContract("memory", async () => {
  const { volumes, host, close } = await fixture();
  const readBack = async ({ name }: { name: string }) => host.volumes.read(name) ?? Buffer.alloc(0);
  return { volumes, pool: "berth", name: () => spec().name, readBack, close };
});

describe("memory: what a simulated host does wrong on request", () => {
  async function finished() {
    const made = await fixture();
    onTestFinished(made.close);
    return made;
  }

  it("does what it was asked and never says so", async () => {
    const { vms, faults, host } = await finished();
    const vm = spec();
    faults.provoke("timeout-after-act", 1);
    await expectFailure(vms.ensure(vm, { signal: AbortSignal.timeout(500) }), "unreachable", { ambiguous: true });
    expect(host.list().map(({ name }) => name)).toEqual([vm.name]);
    await vms.ensure(vm, freshCall());
  });

  it("has no space left, and then has", async () => {
    const { volumes, host } = await finished();
    const volume = { pool: "berth", name: "disk", format: "raw" as const, capacityBytes: MIB, base: null };
    await volumes.ensure(volume, freshCall());
    host.provoke("host-disk-full", 1);
    await expectFailure(volumes.write(volume, contentOf(patchwork(MIB)), freshCall()), "rejected");
    host.provoke("host-disk-full", 0);
    await volumes.write(volume, contentOf(patchwork(MIB)), freshCall());
  });

  it("drops those who watch when its daemon restarts, and keeps its VMs running", async () => {
    const { vms, power, vmEvents, service } = await finished();
    const vm = spec();
    await vms.ensure(vm, freshCall());
    await power.on(vm.name, freshCall());
    const watching = vmEvents.watch(freshCall())[Symbol.asyncIterator]().next();
    const state = { isDropped: false };
    watching.catch(() => Object.assign(state, { isDropped: true }));
    // Until the watcher is connected there is nothing to drop.
    const restarted = async () => {
      service.restart("sim1");
      return state.isDropped;
    };
    await expect.poll(restarted, { timeout: 30_000 }).toBe(true);
    await expectFailure(watching, "unreachable");
    await expect.poll(() => power.read(vm.name, freshCall()).catch(() => "away"), { timeout: 30_000 }).toBe("on");
  });

  it("is not there", async () => {
    const { power, close } = await fixture();
    await close();
    await expectFailure(power.on("vm", freshCall()), "unreachable");
  });

  it("starts a VM only with disks, bridges and memory that it has", async () => {
    const { vms, power } = await finished();
    const disk = { volume: { pool: "berth", name: "nowhere" }, format: "raw" as const, readOnly: false };
    const broken = [
      { disks: [disk] },
      { nics: [{ mac: "52:54:00:ff:00:01", bridge: "br-none" }] },
      { memoryMiB: 1_000_000 },
    ];
    for (const change of broken) {
      const vm = spec(change);
      await vms.ensure(vm, freshCall());
      await expectFailure(power.on(vm.name, freshCall()), "rejected");
      expect(await power.read(vm.name, freshCall())).toBe("off");
    }
  });
});
