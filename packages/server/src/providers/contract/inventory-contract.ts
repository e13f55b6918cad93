import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { Inventory } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";
import { recordCalls } from "./recorder.ts";

export interface InventoryFixture {
  readonly inventory: Inventory;
  /** A machine that has at least one NIC and one disk. */
  readonly machine: string;
  readonly missing?: string;
  close?(): Promise<void>;
}

const METHODS = ["systems", "inspect"] as const;

/** What every provider of Inventory promises. `setUp` is called once a test. */
export function inventoryContract(name: string, setUp: () => Promise<InventoryFixture>): void {
  describe(`${name}: inventory contract`, { timeout: TEST_DEADLINE_MS }, () => {
    const called = new Set<string>();
    const record = recordCalls<Inventory>(called);

    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      return { inventory: record(made.inventory), machine: made.machine, missing: made.missing ?? "no-such-machine" };
    }

    afterAll(() => {
      expect([...called].sort(), "methods that the suite called").toEqual([...METHODS].sort());
    });

    it("lists the machines", async () => {
      const { inventory, machine } = await fixture();
      expect(await inventory.systems(freshCall())).toContain(machine);
    });

    it("tells the facts of a machine, in the house's units and spellings", async () => {
      const { inventory, machine } = await fixture();
      const facts = await inventory.inspect(machine, freshCall());
      expect(facts.cores).toBeGreaterThan(0);
      expect(facts.memoryMiB).toBeGreaterThan(0);
      expect(facts.uuid).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(facts.nics.length).toBeGreaterThan(0);
      for (const nic of facts.nics) expect(nic.mac).toMatch(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/);
      expect(facts.disks.length).toBeGreaterThan(0);
      for (const disk of facts.disks) expect(disk.sizeBytes).toBeGreaterThan(0);
    });

    it("says not_found for a machine that is not there", async () => {
      const { inventory, missing } = await fixture();
      await expectFailure(inventory.inspect(missing, freshCall()), "not_found");
    });
  });
}
