import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { consoleContract } from "../contract/console-contract.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "../contract/expect-failure.ts";
import { directDial, need, redfishFixture } from "./lab-fixture.ts";
import { redfishProvider } from "./redfish.ts";
import { qemuBlade, whyNoQemu } from "./testing/qemu-fixture.ts";

const why = whyNoQemu();

consoleContract("redfish, simulated blade", async () => {
  const { provider, blade, close } = await redfishFixture();
  const roles = { console: need(provider.console), power: need(provider.power) };
  return { ...roles, machine: blade.id, kinds: ["serial"], says: /Simulated firmware/, close };
});

// The reason is in the name of the test below where it is skipped.
describe.skipIf(why !== null)("a real machine", () => {
  let made: Awaited<ReturnType<typeof qemuBlade>>;
  beforeAll(async () => {
    made = await qemuBlade();
  }, TEST_DEADLINE_MS);
  afterAll(async () => await made?.close(), TEST_DEADLINE_MS);

  const open = (settings: object = {}) =>
    redfishProvider.open(redfishProvider.settings.parse({ ...made.settings, ...settings }), { dial: directDial });

  consoleContract("redfish, QEMU blade", async () => {
    const provider = open();
    const close = async () => {
      await made.blade.turnOff();
      await provider.close();
    };
    const roles = { console: need(provider.console), power: need(provider.power) };
    return { ...roles, machine: made.blade.id, kinds: ["vnc", "serial"], says: /berth-test login: /, close };
  });

  it("opens no console with a wrong password", async () => {
    const provider = open({ password: "wrong" });
    await expectFailure(need(provider.console).open(made.blade.id, "serial", freshCall()), "denied");
    await provider.close();
  });
});

it.runIf(why !== null)(`no real machine was tried: ${why}`, () => expect(why).not.toBeNull());
