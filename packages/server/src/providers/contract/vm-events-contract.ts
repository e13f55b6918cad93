import { describe, expect, it, onTestFinished } from "vitest";
import type { PowerControl, VmEvent, VmEvents, VmHost, VmSpec } from "../provider.ts";
import { freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";

export interface VmEventsFixture {
  readonly vmEvents: VmEvents;
  readonly vms: VmHost;
  readonly power: PowerControl;
  /** A VM that the host can take and that is not there yet. */
  spec(): VmSpec;
  close?(): Promise<void>;
}

/** What every provider of VmEvents promises. `setUp` is called once a test. */
export function vmEventsContract(name: string, setUp: () => Promise<VmEventsFixture>): void {
  describe(`${name}: VM events contract`, { timeout: TEST_DEADLINE_MS }, () => {
    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      return made;
    }

    it("tells the life of a VM in order, to each who watches, once", async () => {
      const { vmEvents, vms, power, spec } = await fixture();
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const watchers = [collect(vmEvents, stop.signal), collect(vmEvents, stop.signal)];
      const vm = spec();
      // A watcher hears what happens after it began to listen, so something is made until both are heard to listen.
      await expect
        .poll(
          async () => {
            const probe = spec();
            await vms.ensure(probe, freshCall());
            await vms.remove(probe.name, freshCall());
            return watchers.every(({ events }) => events.length > 0);
          },
          { timeout: 60_000, interval: 200 },
        )
        .toBe(true);

      await vms.ensure(vm, freshCall());
      await power.on(vm.name, freshCall());
      await power.off(vm.name, freshCall());
      await vms.remove(vm.name, freshCall());
      const told = ["defined", "started", "stopped", "undefined"];
      for (const { events } of watchers) {
        const kinds = () => events.filter((e) => e.vm === vm.name && e.kind !== "other").map((e) => e.kind);
        await expect.poll(kinds, { timeout: 30_000, interval: 50 }).toEqual(told);
      }

      stop.abort();
      await Promise.all(watchers.map(({ ended }) => ended));
    });

    it("ends at once for a caller who has already given up", async () => {
      const { vmEvents } = await fixture();
      const seen: VmEvent[] = [];
      for await (const event of vmEvents.watch({ signal: AbortSignal.abort() })) seen.push(event);
      expect(seen).toEqual([]);
    });
  });
}

function collect(vmEvents: VmEvents, signal: AbortSignal): { events: VmEvent[]; ended: Promise<void> } {
  const events: VmEvent[] = [];
  const run = async () => {
    for await (const event of vmEvents.watch({ signal })) events.push(event);
  };
  return { events, ended: run() };
}
