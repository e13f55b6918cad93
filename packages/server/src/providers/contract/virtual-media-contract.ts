import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { VirtualMedia } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";
import { recordCalls } from "./recorder.ts";

export interface VirtualMediaFixture {
  readonly virtualMedia: VirtualMedia;
  /** A machine without a medium, which belongs to the test alone. */
  readonly machine: string;
  /** A medium that the backend can reach. */
  readonly image: string;
  readonly missing?: string;
  close?(): Promise<void>;
}

const METHODS = ["read", "insert", "eject"] as const;

/** What every provider of VirtualMedia promises. `setUp` is called once a test. */
export function virtualMediaContract(name: string, setUp: () => Promise<VirtualMediaFixture>): void {
  describe(`${name}: virtual media contract`, { timeout: TEST_DEADLINE_MS }, () => {
    const called = new Set<string>();
    const record = recordCalls<VirtualMedia>(called);

    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      return {
        media: record(made.virtualMedia),
        machine: made.machine,
        image: made.image,
        missing: made.missing ?? "no-such-machine",
      };
    }

    afterAll(() => {
      expect([...called].sort(), "methods that the suite called").toEqual([...METHODS].sort());
    });

    it("inserts a medium, and again", async () => {
      const { media, machine, image } = await fixture();
      expect(await media.read(machine, freshCall())).toEqual({ image: null });
      await media.insert(machine, image, freshCall());
      await media.insert(machine, image, freshCall());
      expect(await media.read(machine, freshCall())).toEqual({ image });
    });

    it("puts another medium in place of the first", async () => {
      const { media, machine, image } = await fixture();
      await media.insert(machine, `${image}-before`, freshCall());
      await media.insert(machine, image, freshCall());
      expect(await media.read(machine, freshCall())).toEqual({ image });
    });

    it("ejects a medium, and again", async () => {
      const { media, machine, image } = await fixture();
      await media.insert(machine, image, freshCall());
      await media.eject(machine, freshCall());
      await media.eject(machine, freshCall());
      expect(await media.read(machine, freshCall())).toEqual({ image: null });
    });

    it("says not_found for a machine that is not there", async () => {
      const { media, missing, image } = await fixture();
      await expectFailure(media.read(missing, freshCall()), "not_found");
      await expectFailure(media.insert(missing, image, freshCall()), "not_found");
      await expectFailure(media.eject(missing, freshCall()), "not_found");
    });
  });
}
