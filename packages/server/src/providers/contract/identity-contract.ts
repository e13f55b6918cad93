import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { IdentityControl, IdentitySpec, PowerControl } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";
import { recordCalls } from "./recorder.ts";

export interface IdentityFixture {
  readonly identity: IdentityControl;
  readonly power: PowerControl;
  /** A machine that is off, bears its factory's identity, and belongs to the test alone. */
  readonly machine: string;
  /** An identity that `can` allows in full. */
  readonly wanted: IdentitySpec;
  readonly missing?: string;
  close?(): Promise<void>;
}

const METHODS = ["can", "read", "apply", "clear"] as const;

/** What every provider of IdentityControl promises. `setUp` is called once a test. */
export function identityContract(name: string, setUp: () => Promise<IdentityFixture>): void {
  describe(`${name}: identity contract`, { timeout: TEST_DEADLINE_MS }, () => {
    const called = new Set<string>();
    const record = recordCalls<IdentityControl>(called);

    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      return { ...made, identity: record(made.identity), missing: made.missing ?? "no-such-machine" };
    }

    afterAll(() => {
      expect([...called].sort(), "methods that the suite called").toEqual([...METHODS].sort());
    });

    it("says what it can give", async () => {
      const { identity, machine, wanted } = await fixture();
      const can = await identity.can(machine, freshCall());
      expect(can).toEqual({ uuid: wanted.uuid !== null, serial: wanted.serial !== null, macs: wanted.macs.length > 0 });
    });

    it("gives a machine an identity, and again, and takes it back", async () => {
      const { identity, machine, wanted } = await fixture();
      const factory = await identity.read(machine, freshCall());
      await identity.apply(machine, wanted, freshCall());
      await identity.apply(machine, wanted, freshCall());
      const given = await identity.read(machine, freshCall());
      expect(given).toEqual({
        uuid: wanted.uuid ?? factory.uuid,
        serial: wanted.serial ?? factory.serial,
        macs: wanted.macs,
      });
      await identity.clear(machine, freshCall());
      await identity.clear(machine, freshCall());
      expect(await identity.read(machine, freshCall())).toEqual(factory);
    });

    it("leaves alone what is null", async () => {
      const { identity, machine } = await fixture();
      const factory = await identity.read(machine, freshCall());
      await identity.apply(machine, { uuid: null, serial: null, macs: [] }, freshCall());
      expect(await identity.read(machine, freshCall())).toEqual(factory);
    });

    it("refuses a machine that is on, and changes nothing", async () => {
      const { identity, power, machine, wanted } = await fixture();
      const factory = await identity.read(machine, freshCall());
      await power.on(machine, freshCall());
      await expectFailure(identity.apply(machine, wanted, freshCall()), "rejected");
      await expectFailure(identity.clear(machine, freshCall()), "rejected");
      expect(await identity.read(machine, freshCall())).toEqual(factory);
    });

    it("refuses a NIC that is not there, and changes nothing", async () => {
      const { identity, machine, wanted } = await fixture();
      const factory = await identity.read(machine, freshCall());
      const macs = [{ nic: "no-such-nic", mac: "52:54:00:cc:00:01" }];
      await expectFailure(identity.apply(machine, { ...wanted, macs }, freshCall()), "rejected");
      expect(await identity.read(machine, freshCall())).toEqual(factory);
    });

    it("says not_found for a machine that is not there", async () => {
      const { identity, missing, wanted } = await fixture();
      await expectFailure(identity.can(missing, freshCall()), "not_found");
      await expectFailure(identity.read(missing, freshCall()), "not_found");
      await expectFailure(identity.apply(missing, wanted, freshCall()), "not_found");
      await expectFailure(identity.clear(missing, freshCall()), "not_found");
    });
  });
}
