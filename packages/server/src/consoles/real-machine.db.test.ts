import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directDial } from "../kernel/dial-edge.ts";
import { redfishProvider } from "../providers/redfish/redfish.ts";
import { qemuBlade, whyNoQemu } from "../providers/redfish/testing/qemu-fixture.ts";
import { type ConsoleFixture, consoleFixture, ticketFor, view } from "./testing/console-fixture.ts";
import { readScreen } from "./testing/rfb.ts";

const why = whyNoQemu();
const START_MS = 120_000;
const WAIT = { timeout: 60_000, interval: 200 };

it.runIf(why !== null)(`no real machine was tried: ${why}`, () => expect(why).not.toBeNull());

// The reason is in the name of the test above where it is skipped.
describe.skipIf(why !== null)("a real machine behind its management controller (CAP F9)", { timeout: START_MS }, () => {
  let made: Awaited<ReturnType<typeof qemuBlade>>;
  let house: ConsoleFixture;
  let headers: Record<string, string>;
  let token: string;
  beforeAll(async () => {
    made = await qemuBlade();
    const settings = redfishProvider.settings.parse(made.settings);
    house = await consoleFixture({ provider: redfishProvider.open(settings, { dial: directDial }) });
    ({ token } = await house.addPerson("olga", "operator"));
    headers = { authorization: `Bearer ${token}` };
    await made.blade.turnOn();
  }, START_MS);
  afterAll(async () => {
    await house?.close();
    await made?.close();
  }, START_MS);

  const open = async (kind: "vnc" | "serial") =>
    view(house.url, await ticketFor(house.url, token, { kind, of: "/v1/machines/bay-1" }), headers);

  it("shows its screen, which is not all of one colour", async () => {
    const look = async () => {
      const { socket, shown } = await open("vnc");
      let taken = 0;
      const receive = async (bytes: number) => {
        await expect.poll(() => shown().length - taken, { ...WAIT, interval: 20 }).toBeGreaterThanOrEqual(bytes);
        taken += bytes;
        return shown().subarray(taken - bytes, taken);
      };
      try {
        return await readScreen({ receive, send: (bytes) => socket.send(bytes) });
      } finally {
        socket.close();
      }
    };
    await expect.poll(async () => (await look()).colours, WAIT).toBeGreaterThan(1);
  });

  it("asks for a name on its serial line, says back what is typed, and ends with the power", async () => {
    const { socket, shown, closed } = await open("serial");
    await expect.poll(() => shown().toString(), WAIT).toContain("berth-test login: ");
    socket.send("ada-was-here");
    await expect.poll(() => shown().toString(), WAIT).toContain("login: ada-was-here");
    const second = await open("serial");
    await expect.poll(() => second.shown().toString(), WAIT).toContain("login: ada-was-here");
    await made.blade.turnOff();
    expect(await closed).toMatchObject({ code: 4000 });
    expect(await second.closed).toMatchObject({ code: 4000 });
  });
});
