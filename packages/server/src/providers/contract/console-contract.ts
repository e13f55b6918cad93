import { describe, expect, it, onTestFinished } from "vitest";
import type { Console, PowerControl } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";

export interface ConsoleFixture {
  readonly console: Console;
  readonly power: PowerControl;
  /** A machine with a screen, that is off. */
  readonly machine: string;
  /** What the screen's server says first, read as the site sees it: `RFB ...` for VNC. */
  greeting(address: Awaited<ReturnType<Console["address"]>>): Promise<string>;
  close?(): Promise<void>;
}

/** What every provider of Console promises. `setUp` is called once a test. */
export function consoleContract(name: string, setUp: () => Promise<ConsoleFixture>): void {
  describe(`${name}: console contract`, { timeout: TEST_DEADLINE_MS }, () => {
    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      return made;
    }

    it("tells where the screen of a machine that is on is, and there it is", async () => {
      const { console, power, machine, greeting } = await fixture();
      await power.on(machine, freshCall());
      expect(await greeting(await console.address(machine, freshCall()))).toMatch(/^RFB 003\./);
    });

    it("says rejected for a machine that is off", async () => {
      const { console, machine } = await fixture();
      await expectFailure(console.address(machine, freshCall()), "rejected");
    });

    it("says not_found for a machine that is not there", async () => {
      const { console } = await fixture();
      await expectFailure(console.address("no-such-machine", freshCall()), "not_found");
    });
  });
}
