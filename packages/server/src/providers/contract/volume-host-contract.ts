import { Readable } from "node:stream";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { VolumeContent, VolumeHost, VolumeRef, VolumeSpec } from "../provider.ts";
import { expectFailure, freshCall, TEST_DEADLINE_MS } from "./expect-failure.ts";
import { recordCalls } from "./recorder.ts";

export interface VolumeHostFixture {
  readonly volumes: VolumeHost;
  readonly pool: string;
  /** A name that no volume has; every call gives another. */
  name(): string;
  /** The bytes of the volume's file, or of the disk that it is. */
  readBack(ref: VolumeRef): Promise<Buffer>;
  close?(): Promise<void>;
}

/** Declared by a provider whose backend can't do it: the suite then checks that it says so. */
export type Unsupported = "write" | "base";

const METHODS = ["ensure", "write", "remove", "list", "capacity"] as const;
const MIB = 1024 * 1024;

/** What every provider of VolumeHost promises. `setUp` is called once a test. */
export function volumeHostContract(
  name: string,
  setUp: () => Promise<VolumeHostFixture>,
  unsupported: readonly Unsupported[] = [],
): void {
  describe(`${name}: volume host contract`, { timeout: TEST_DEADLINE_MS }, () => {
    const called = new Set<string>();
    const record = recordCalls<VolumeHost>(called);

    async function fixture() {
      const made = await setUp();
      onTestFinished(async () => await made.close?.());
      const volumes = record(made.volumes);
      const raw = (capacityBytes = MIB): VolumeSpec => ({
        pool: made.pool,
        name: made.name(),
        format: "raw",
        capacityBytes,
        base: null,
      });
      const find = async (ref: VolumeRef) =>
        (await volumes.list(ref.pool, freshCall())).find((info) => info.name === ref.name) ?? null;
      return { ...made, volumes, raw, find };
    }

    afterAll(() => {
      expect([...called].sort(), "methods that the suite called").toEqual([...METHODS].sort());
    });

    it.each(["raw", "qcow2"] as const)("makes a %s volume, and makes it once", async (format) => {
      const { volumes, raw, find } = await fixture();
      const spec = { ...raw(8 * MIB), format };
      await volumes.ensure(spec, freshCall());
      await volumes.ensure(spec, freshCall());
      expect(await find(spec)).toMatchObject(spec);
    });

    it("refuses to make of a volume what it is not", async () => {
      const { volumes, raw, find } = await fixture();
      const spec = { ...raw(8 * MIB), format: "qcow2" as const };
      await volumes.ensure(spec, freshCall());
      await expectFailure(volumes.ensure({ ...spec, capacityBytes: 16 * MIB }, freshCall()), "rejected");
      expect(await find(spec)).toMatchObject(spec);
    });

    it("removes a volume, and again", async () => {
      const { volumes, raw, find } = await fixture();
      const spec = raw();
      await volumes.ensure(spec, freshCall());
      await volumes.remove(spec, freshCall());
      await volumes.remove(spec, freshCall());
      expect(await find(spec)).toBeNull();
    });

    it("knows the size of a pool", async () => {
      const { volumes, pool } = await fixture();
      const { totalBytes, freeBytes } = await volumes.capacity(pool, freshCall());
      expect(totalBytes).toBeGreaterThan(0);
      expect(freeBytes).toBeGreaterThanOrEqual(0);
      expect(freeBytes).toBeLessThanOrEqual(totalBytes);
    });

    it("says not_found for a pool that is not there", async () => {
      const { volumes, raw } = await fixture();
      const elsewhere = { ...raw(), pool: "no-such-pool" };
      await expectFailure(volumes.ensure(elsewhere, freshCall()), "not_found");
      await expectFailure(volumes.write(elsewhere, contentOf(Buffer.alloc(1)), freshCall()), "not_found");
      await expectFailure(volumes.list("no-such-pool", freshCall()), "not_found");
      await expectFailure(volumes.capacity("no-such-pool", freshCall()), "not_found");
    });

    it.each(["../escape", "a/b", "<x>", "a\nb", "-rf", ""])("refuses the name %j", async (broken) => {
      const { volumes, raw } = await fixture();
      await expectFailure(volumes.ensure({ ...raw(), name: broken }, freshCall()), "rejected");
    });

    describe.skipIf(unsupported.includes("base"))("over a base", () => {
      it("makes an overlay, and says what it lies over", async () => {
        const { volumes, raw, find } = await fixture();
        const base = raw(4 * MIB);
        await volumes.ensure(base, freshCall());
        const overlay = overlayOf(base, raw().name);
        await volumes.ensure(overlay, freshCall());
        await volumes.ensure(overlay, freshCall());
        expect(await find(overlay)).toMatchObject(overlay);
      });

      it("says not_found when the base is not there", async () => {
        const { volumes, raw, find } = await fixture();
        const overlay = overlayOf(raw(), raw().name);
        await expectFailure(volumes.ensure(overlay, freshCall()), "not_found");
        expect(await find(overlay)).toBeNull();
      });

      it("does not lie over what lies over another", async () => {
        const { volumes, raw, find } = await fixture();
        const base = raw(4 * MIB);
        const first = overlayOf(base, raw().name);
        const second = { ...overlayOf(first, raw().name), base: { name: first.name, format: "qcow2" as const } };
        await volumes.ensure(base, freshCall());
        await volumes.ensure(first, freshCall());
        await expectFailure(volumes.ensure(second, freshCall()), "rejected");
        expect(await find(second)).toBeNull();
      });
    });

    describe.runIf(unsupported.includes("write"))("unsupported: write", () => {
      it("says rejected", async () => {
        const { volumes, raw } = await fixture();
        const spec = raw();
        await volumes.ensure(spec, freshCall());
        await expectFailure(volumes.write(spec, contentOf(Buffer.alloc(spec.capacityBytes)), freshCall()), "rejected");
      });
    });

    describe.skipIf(unsupported.includes("write"))("writing", () => {
      it("makes the bytes of the volume be the content, with zeros and without", async () => {
        const { volumes, raw, readBack } = await fixture();
        const content = patchwork(3 * MIB + 12_345);
        const spec = raw(content.length);
        await volumes.ensure(spec, freshCall());
        const seen: number[] = [];
        await volumes.write(spec, contentOf(content), { ...freshCall(), progress: (bytes) => seen.push(bytes) });
        expect((await readBack(spec)).equals(content)).toBe(true);
        expect(seen.at(-1)).toBe(content.length);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
      });

      it("leaves nothing of what was written before, and zeros behind the content", async () => {
        const { volumes, raw, readBack } = await fixture();
        const spec = raw(2 * MIB);
        await volumes.ensure(spec, freshCall());
        await volumes.write(spec, contentOf(Buffer.alloc(2 * MIB, 0xaa)), freshCall());
        const content = Buffer.concat([Buffer.alloc(200_000), Buffer.alloc(100_000, 0xbb)]);
        await volumes.write(spec, contentOf(content), freshCall());
        const expected = Buffer.concat([content, Buffer.alloc(2 * MIB - content.length)]);
        expect((await readBack(spec)).equals(expected)).toBe(true);
        await volumes.ensure(spec, freshCall());
      });

      it("refuses content that is larger than the volume", async () => {
        const { volumes, raw } = await fixture();
        const spec = raw(MIB);
        await volumes.ensure(spec, freshCall());
        await expectFailure(volumes.write(spec, contentOf(Buffer.alloc(MIB + 1, 1)), freshCall()), "rejected");
      });

      it.each([-1, 1])("refuses content that is %i bytes off its promised size", async (off) => {
        const { volumes, raw } = await fixture();
        const spec = raw(MIB);
        await volumes.ensure(spec, freshCall());
        const content = contentOf(Buffer.alloc(300_000, 7));
        await expectFailure(volumes.write(spec, { ...content, sizeBytes: 300_000 + off }, freshCall()), "rejected");
      });

      it("says rejected when the content can't be read, and a repetition succeeds", async () => {
        const { volumes, raw, readBack } = await fixture();
        const spec = raw(MIB);
        await volumes.ensure(spec, freshCall());
        const broken = { sizeBytes: MIB, open: () => Readable.from(failing()) };
        await expectFailure(volumes.write(spec, broken, freshCall()), "rejected");
        const content = patchwork(MIB);
        await again(async () => {
          await volumes.ensure(spec, freshCall());
          await volumes.write(spec, contentOf(content), freshCall());
        });
        expect((await readBack(spec)).equals(content)).toBe(true);
      });

      it("says not_found for a volume that is not there", async () => {
        const { volumes, raw } = await fixture();
        await expectFailure(volumes.write(raw(), contentOf(Buffer.alloc(1)), freshCall()), "not_found");
      });

      it("stops for a caller who gives up in the middle, and says that it may be half done", async () => {
        const { volumes, raw } = await fixture();
        const spec = raw(64 * MIB);
        await volumes.ensure(spec, freshCall());
        const stop = new AbortController();
        const progress = (bytes: number) => bytes > MIB && stop.abort();
        const content = { sizeBytes: 64 * MIB, open: () => Readable.from(endless()) };
        const writing = volumes.write(spec, content, { signal: stop.signal, progress });
        await expectFailure(writing, "unreachable", { ambiguous: true });
      });
    });
  });
}

/** As a workflow does it: `busy` is tried again, within a bound. */
async function again(attempt: () => Promise<void>): Promise<void> {
  await expect
    .poll(
      () =>
        attempt().then(
          () => "done",
          (error: { failure?: string }) => error.failure,
        ),
      {
        timeout: 30_000,
        interval: 100,
      },
    )
    .toBe("done");
}

function overlayOf(base: VolumeSpec, name: string): VolumeSpec {
  return {
    ...base,
    name,
    format: "qcow2",
    capacityBytes: base.capacityBytes * 2,
    base: { name: base.name, format: base.format },
  };
}

export function contentOf(bytes: Buffer): VolumeContent {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 100_000) }, (_, i) =>
    bytes.subarray(i * 100_000, (i + 1) * 100_000),
  );
  return { sizeBytes: bytes.length, open: () => Readable.from(pieces) };
}

/** Data and zeros in turns, of lengths that fit no block size, beginning and ending with zeros. */
export function patchwork(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 70_001; at < length - 80_000; at += 190_003)
    bytes.fill((at % 251) + 1, at, Math.min(at + 90_001, length - 80_000));
  return bytes;
}

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(100_000, 1);
  throw new Error("the image server went away");
}

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536, 5);
}
