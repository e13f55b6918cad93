import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { PowerControl } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";
import { recordCalls } from "./recorder.ts";

export interface PowerFixture {
  readonly power: PowerControl;
  /** A machine that is off at the beginning of the test and belongs to the test alone. */
  readonly machine: string;
  /** A well-formed name that no machine has. Default `no-such-machine`. */
  readonly missing?: string;
  close?(): Promise<void>;
}

const METHODS = ["read", "on", "off", "shutDown", "reset"] as const;

/** What every provider of PowerControl promises. `setUp` is called once a test. */
export function powerContract(name: string, setUp: () => Promise<PowerFixture>): void {
  describe(`${name}: power contract`, { timeout: TEST_DEADLINE_MS }, () => {
    const called = new Set<string>();
    const record = recordCalls<PowerControl>(called);

    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      return { power: record(made.power), machine: made.machine, missing: made.missing ?? "no-such-machine" };
    }

    afterAll(() => {
      expect([...called].sort(), "methods that the suite called").toEqual([...METHODS].sort());
    });

    it("reads a machine that is off", async () => {
      const { power, machine } = await fixture();
      expect(await power.read(machine, freshCall())).toBe("off");
    });

    it("turns a machine on, and on again", async () => {
      const { power, machine } = await fixture();
      await power.on(machine, freshCall());
      await power.on(machine, freshCall());
      expect(await power.read(machine, freshCall())).toBe("on");
    });

    it("turns a machine off, and off again", async () => {
      const { power, machine } = await fixture();
      await power.on(machine, freshCall());
      await power.off(machine, freshCall());
      await power.off(machine, freshCall());
      expect(await power.read(machine, freshCall())).toBe("off");
    });

    it("takes two callers who want the same at once", async () => {
      const { power, machine } = await fixture();
      await Promise.all([power.on(machine, freshCall()), power.on(machine, freshCall())]);
      expect(await power.read(machine, freshCall())).toBe("on");
      await Promise.all([power.off(machine, freshCall()), power.off(machine, freshCall())]);
      expect(await power.read(machine, freshCall())).toBe("off");
    });

    it("resets a machine that is on, which is on afterwards", async () => {
      const { power, machine } = await fixture();
      await power.on(machine, freshCall());
      await power.reset(machine, freshCall());
      expect(await power.read(machine, freshCall())).toBe("on");
    });

    it("refuses to reset a machine that is off, and leaves it off", async () => {
      const { power, machine } = await fixture();
      await expectFailure(power.reset(machine, freshCall()), "rejected");
      expect(await power.read(machine, freshCall())).toBe("off");
    });

    // Whether the system obeys is its own affair (there may be none), so only the asking is promised.
    it("asks the system of a machine that is on to shut down", async () => {
      const { power, machine } = await fixture();
      await power.on(machine, freshCall());
      await power.shutDown(machine, freshCall());
    });

    it("has nothing to shut down on a machine that is off", async () => {
      const { power, machine } = await fixture();
      await power.shutDown(machine, freshCall());
      expect(await power.read(machine, freshCall())).toBe("off");
    });

    it.each(METHODS)("%s says not_found for a machine that is not there", async (method) => {
      const { power, missing } = await fixture();
      await expectFailure(power[method](missing, freshCall()), "not_found");
    });

    it("does nothing for a caller who has already given up", async () => {
      const { power, machine } = await fixture();
      await expectFailure(power.on(machine, { signal: AbortSignal.abort() }), "unreachable");
      expect(await power.read(machine, freshCall())).toBe("off");
    });
  });
}
