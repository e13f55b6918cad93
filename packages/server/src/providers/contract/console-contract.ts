import type { Duplex } from "node:stream";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { Console, ConsoleKind, PowerControl } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";
import { recordCalls } from "./recorder.ts";

export interface ConsoleFixture {
  readonly console: Console;
  readonly power: PowerControl;
  /** A machine with these consoles, that is off. */
  readonly machine: string;
  readonly kinds: readonly ConsoleKind[];
  /** What the serial line says after power-on, or again at Return. */
  readonly says: RegExp;
  close?(): Promise<void>;
}

const GREETING_BYTES = 12;
const LOGIN_LIMIT_MS = 60_000;

/** What every provider of Console promises. `setUp` is called once a test. */
export function consoleContract(name: string, setUp: () => Promise<ConsoleFixture>): void {
  describe(`${name}: console contract`, { timeout: TEST_DEADLINE_MS }, () => {
    const called = new Set<string>();
    const record = recordCalls<Console>(called);
    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      return { ...made, console: record(made.console) };
    }

    it("has no consoles while the machine is off, and says rejected for each", async () => {
      const { console, machine } = await fixture();
      expect(await console.kinds(machine, freshCall())).toEqual([]);
      await expectFailure(console.open(machine, "serial", freshCall()), "rejected");
      await expectFailure(console.open(machine, "vnc", freshCall()), "rejected");
    });

    it("tells which consoles a machine that is on has, and says rejected for another", async () => {
      const { console, power, machine, kinds } = await fixture();
      await power.on(machine, freshCall());
      expect([...(await console.kinds(machine, freshCall()))].sort()).toEqual([...kinds].sort());
      for (const other of (["vnc", "serial"] as const).filter((kind) => !kinds.includes(kind)))
        await expectFailure(console.open(machine, other, freshCall()), "rejected");
    });

    it("opens a screen without a password, twice at once", async () => {
      const { console, power, machine, kinds } = await fixture();
      if (!kinds.includes("vnc")) return;
      await power.on(machine, freshCall());
      const screens = await Promise.all([1, 2].map(() => console.open(machine, "vnc", freshCall())));
      for (const screen of screens) {
        expect((await take(screen, GREETING_BYTES)).toString()).toBe("RFB 003.008\n");
        screen.write("RFB 003.008\n");
        expect([...(await take(screen, 2))]).toEqual([1, 1]);
        screen.write(Buffer.from([1]));
        expect((await take(screen, 4)).readUInt32BE()).toBe(0);
        screen.write(Buffer.from([1]));
        const size = await take(screen, 4);
        expect(size.readUInt16BE(0) * size.readUInt16BE(2)).toBeGreaterThan(100 * 100);
        screen.destroy();
      }
    });

    it("opens a serial line that says what the machine says, and ends with its power", async () => {
      const { console, power, machine, kinds, says } = await fixture();
      if (!kinds.includes("serial")) return;
      await power.on(machine, freshCall());
      const line = await console.open(machine, "serial", freshCall());
      line.on("error", () => {});
      const ended = new Promise((resolve) => line.once("close", resolve).once("end", resolve));
      const heard = { text: "" };
      line.on("data", (said: Buffer) => {
        heard.text += said.toString("latin1");
      });
      const asking = setInterval(() => line.write("\r"), 500);
      onTestFinished(() => clearInterval(asking));
      await expect.poll(() => heard.text, { timeout: LOGIN_LIMIT_MS }).toMatch(says);
      clearInterval(asking);
      await power.off(machine, freshCall());
      await ended;
      line.destroy();
    });

    it("says not_found for a machine that is not there", async () => {
      const { console } = await fixture();
      await expectFailure(console.kinds("no-such-machine", freshCall()), "not_found");
      await expectFailure(console.open("no-such-machine", "serial", freshCall()), "not_found");
    });

    afterAll(() => expect([...called].sort()).toEqual(["kinds", "open"]));
  });
}

/** The next bytes of a stream. */
async function take(stream: Duplex, bytes: number): Promise<Buffer> {
  const signal = AbortSignal.timeout(LOGIN_LIMIT_MS);
  for (;;) {
    const taken: unknown = stream.read(bytes);
    if (Buffer.isBuffer(taken) && taken.length === bytes) return taken;
    if (stream.destroyed || signal.aborted) throw new Error(`the stream did not give ${bytes} bytes`);
    await new Promise<void>((resolve) => {
      stream.once("readable", resolve);
      stream.once("close", resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
