import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { BootControl } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";
import { recordCalls } from "./recorder.ts";

export interface BootFixture {
  readonly boot: BootControl;
  /** A machine without an override, which belongs to the test alone. */
  readonly machine: string;
  readonly missing?: string;
  close?(): Promise<void>;
}

const METHODS = ["read", "setNext"] as const;

/** What every provider of BootControl promises. `setUp` is called once a test. */
export function bootContract(name: string, setUp: () => Promise<BootFixture>): void {
  describe(`${name}: boot contract`, { timeout: TEST_DEADLINE_MS }, () => {
    const called = new Set<string>();
    const record = recordCalls<BootControl>(called);

    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      return { boot: record(made.boot), machine: made.machine, missing: made.missing ?? "no-such-machine" };
    }

    afterAll(() => {
      expect([...called].sort(), "methods that the suite called").toEqual([...METHODS].sort());
    });

    it("reads a machine without an override", async () => {
      const { boot, machine } = await fixture();
      expect((await boot.read(machine, freshCall())).next).toBeNull();
    });

    it.each(["network", "disk", "virtual-media"] as const)("sets the next boot to %s, and again", async (target) => {
      const { boot, machine } = await fixture();
      await boot.setNext(machine, target, freshCall());
      await boot.setNext(machine, target, freshCall());
      expect((await boot.read(machine, freshCall())).next).toBe(target);
    });

    it("changes and clears the next boot", async () => {
      const { boot, machine } = await fixture();
      await boot.setNext(machine, "network", freshCall());
      await boot.setNext(machine, "disk", freshCall());
      expect((await boot.read(machine, freshCall())).next).toBe("disk");
      await boot.setNext(machine, null, freshCall());
      await boot.setNext(machine, null, freshCall());
      expect((await boot.read(machine, freshCall())).next).toBeNull();
    });

    it("says not_found for a machine that is not there", async () => {
      const { boot, missing } = await fixture();
      await expectFailure(boot.read(missing, freshCall()), "not_found");
      await expectFailure(boot.setNext(missing, "network", freshCall()), "not_found");
    });
  });
}
