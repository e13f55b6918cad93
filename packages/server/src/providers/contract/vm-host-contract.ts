import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { PowerControl, VmHost, VmInfo, VmSpec } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";
import { recordCalls } from "./recorder.ts";

export interface VmHostFixture {
  readonly vms: VmHost;
  readonly power: PowerControl;
  /** A VM that the host can take and that is not there yet; every call gives another. */
  spec(): VmSpec;
  /** Makes a VM behind Berth's back, and gives its name. */
  makeForeign(): Promise<string>;
  close?(): Promise<void>;
}

const METHODS = ["ensure", "remove", "list", "facts"] as const;

/** What every provider of VmHost promises. `setUp` is called once a test. */
export function vmHostContract(name: string, setUp: () => Promise<VmHostFixture>): void {
  describe(`${name}: VM host contract`, { timeout: TEST_DEADLINE_MS }, () => {
    const called = new Set<string>();
    const record = recordCalls<VmHost>(called);

    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      const vms = record(made.vms);
      const find = async (vm: string) => (await vms.list(freshCall())).find((info) => info.name === vm) ?? null;
      return { ...made, vms, find };
    }

    afterAll(() => {
      expect([...called].sort(), "methods that the suite called").toEqual([...METHODS].sort());
    });

    it("makes a VM as it was specified, and leaves it off", async () => {
      const { vms, find, spec } = await fixture();
      const wanted = spec();
      await vms.ensure(wanted, freshCall());
      expect(await find(wanted.name)).toEqual(infoOf(wanted));
    });

    it("makes it once, however often it is asked", async () => {
      const { vms, spec } = await fixture();
      const wanted = spec();
      await vms.ensure(wanted, freshCall());
      await vms.ensure(wanted, freshCall());
      const named = (await vms.list(freshCall())).filter((vm) => vm.name === wanted.name);
      expect(named).toEqual([infoOf(wanted)]);
    });

    it("changes a VM that is off to what is now wanted", async () => {
      const { vms, find, spec } = await fixture();
      const before = spec();
      const { uuid, nics } = spec();
      await vms.ensure(before, freshCall());
      const after = { ...before, uuid, nics, cores: before.cores + 1, memoryMiB: before.memoryMiB * 2 };
      await vms.ensure(after, freshCall());
      expect(await find(before.name)).toEqual(infoOf(after));
    });

    it("keeps a running VM as it is, and says busy when it would have to change it", async () => {
      const { vms, power, find, spec } = await fixture();
      const wanted = spec();
      await vms.ensure(wanted, freshCall());
      await power.on(wanted.name, freshCall());
      await vms.ensure(wanted, freshCall());
      await expectFailure(vms.ensure({ ...wanted, memoryMiB: wanted.memoryMiB * 2 }, freshCall()), "busy");
      expect(await find(wanted.name)).toEqual({ ...infoOf(wanted), power: "on" });
    });

    it("writes the token of the last writer, also to a running VM", async () => {
      const { vms, power, find, spec } = await fixture();
      const wanted = spec();
      await vms.ensure(wanted, freshCall());
      await power.on(wanted.name, freshCall());
      const taken = { ...wanted, metadata: { ...wanted.metadata, token: "42" } };
      await vms.ensure(taken, freshCall());
      expect(await find(wanted.name)).toEqual({ ...infoOf(taken), power: "on" });
    });

    it("gives a VM to one server only", async () => {
      const { vms, find, spec } = await fixture();
      const wanted = spec();
      const other = spec();
      await vms.ensure(wanted, freshCall());
      const stolen = { ...wanted, metadata: other.metadata };
      await expectFailure(vms.ensure(stolen, freshCall()), "denied");
      expect(await find(wanted.name)).toEqual(infoOf(wanted));
    });

    it("removes a VM, off or running, and again", async () => {
      const { vms, power, find, spec } = await fixture();
      for (const running of [false, true]) {
        const wanted = spec();
        await vms.ensure(wanted, freshCall());
        if (running) await power.on(wanted.name, freshCall());
        await vms.remove(wanted.name, freshCall());
        await vms.remove(wanted.name, freshCall());
        expect(await find(wanted.name)).toBeNull();
      }
    });

    it("neither changes nor removes a VM that Berth did not make", async () => {
      const { vms, find, spec, makeForeign } = await fixture();
      const foreign = await makeForeign();
      const before = await find(foreign);
      expect(before).toMatchObject({ name: foreign, metadata: null });
      await expectFailure(vms.ensure({ ...spec(), name: foreign }, freshCall()), "denied");
      await expectFailure(vms.remove(foreign, freshCall()), "denied");
      expect(await find(foreign)).toEqual(before);
    });

    it.each([
      ["a name with a slash", { name: "../etc" }],
      ["a name with markup", { name: "<x>&amp;" }],
      ["a name with a newline", { name: "a\nb" }],
      ["no memory", { memoryMiB: 0 }],
      ["no cores", { cores: 0 }],
      ["a broken UUID", { uuid: "not-a-uuid" }],
      ["a serial number with a quote", { serial: "'\"" }],
      ["a serial number with a newline", { serial: "a\nb" }],
      ["a broken MAC address", { nics: [{ mac: "52:54:00:zz:00:01", bridge: "br0" }] }],
      ["a bridge with markup", { nics: [{ mac: "52:54:00:00:00:01", bridge: "<br/>" }] }],
    ] satisfies [string, Partial<VmSpec>][])("refuses %s, and makes nothing", async (_, broken) => {
      const { vms, spec } = await fixture();
      const before = await vms.list(freshCall());
      await expectFailure(vms.ensure({ ...spec(), ...broken }, freshCall()), "rejected");
      expect(await vms.list(freshCall())).toEqual(before);
    });

    it("does nothing for a caller who has already given up", async () => {
      const { vms, find, spec } = await fixture();
      const wanted = spec();
      await expectFailure(vms.ensure(wanted, { signal: AbortSignal.abort() }), "unreachable");
      expect(await find(wanted.name)).toBeNull();
    });

    it("tells what the host has", async () => {
      const { vms } = await fixture();
      const facts = await vms.facts(freshCall());
      expect(facts.hypervisor).not.toBe("");
      expect(facts.technique).not.toBe("");
      expect(facts.cores).toBeGreaterThan(0);
      expect(facts.memoryMiB).toBeGreaterThan(0);
      for (const pool of facts.storagePools) expect(pool.totalBytes).toBeGreaterThanOrEqual(pool.freeBytes);
    });
  });
}

function infoOf(spec: VmSpec): VmInfo {
  return {
    name: spec.name,
    uuid: spec.uuid,
    power: "off",
    cores: spec.cores,
    memoryMiB: spec.memoryMiB,
    macs: spec.nics.map((nic) => nic.mac),
    metadata: spec.metadata,
  };
}
