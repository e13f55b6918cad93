import { describe, expect, it } from "vitest";
import { percentOfLine } from "./build-child.ts";
import { readImageRef, replicaVolume } from "./image-rules.ts";
import { checkQcow2 } from "./qcow2-rules.ts";

it("reads what names an image", () => {
  expect(readImageRef("debian-12")).toEqual({ name: "debian-12", version: null });
  expect(readImageRef("debian-12@3")).toEqual({ name: "debian-12", version: 3 });
  for (const odd of ["", "Debian", "debian@0", "debian@03", "a@1@2", "../x", "a b", "a@9999999999"])
    expect(readImageRef(odd)).toBeNull();
  expect(replicaVolume("ab".repeat(32))).toBe("berth-image-abababababababab");
});

it("sees how far a build is", () => {
  expect(percentOfLine("I: installing essential packages...")).toBe(25);
  expect(percentOfLine("anything else")).toBeNull();
});

describe("the header of a qcow2 file", () => {
  const most = { virtualBytes: 2 ** 36 };
  const header = (change: (bytes: Buffer) => void = () => {}): Buffer => {
    const bytes = Buffer.alloc(65_536);
    bytes.writeUInt32BE(0x514649fb, 0);
    bytes.writeUInt32BE(3, 4);
    bytes.writeUInt32BE(16, 20);
    bytes.writeBigUInt64BE(1024n * 1024n, 24);
    bytes.writeUInt32BE(112, 100);
    change(bytes);
    return bytes;
  };
  const problem = (bytes: Buffer) => {
    const checked = checkQcow2(bytes, most);
    return "problem" in checked ? checked.problem : null;
  };

  it("is let through when it is plain", () => {
    expect(checkQcow2(header(), most)).toEqual({ virtualBytes: 1024 * 1024 });
    expect(
      problem(
        header((b) => {
          b.writeBigUInt64BE(8n, 72);
          b.writeUInt8(1, 104);
        }),
      ),
    ).toBeNull();
  });

  it.each<[string, (bytes: Buffer) => void]>([
    ["no qcow2", (b) => b.writeUInt32BE(0, 0)],
    ["version 4", (b) => b.writeUInt32BE(4, 4)],
    ["a backing file", (b) => b.writeBigUInt64BE(512n, 8)],
    ["a backing file's length only", (b) => b.writeUInt32BE(9, 16)],
    ["tiny clusters", (b) => b.writeUInt32BE(3, 20)],
    ["huge clusters", (b) => b.writeUInt32BE(40, 20)],
    ["no disk", (b) => b.writeBigUInt64BE(0n, 24)],
    ["half a sector", (b) => b.writeBigUInt64BE(700n, 24)],
    ["a disk of an exabyte", (b) => b.writeBigUInt64BE(2n ** 60n, 24)],
    ["encryption", (b) => b.writeUInt32BE(2, 32)],
    ["snapshots", (b) => b.writeUInt32BE(1, 60)],
    ["the dirty bit", (b) => b.writeBigUInt64BE(1n, 72)],
    ["an external data file's bit", (b) => b.writeBigUInt64BE(4n, 72)],
    ["an unknown feature", (b) => b.writeBigUInt64BE(1n << 40n, 72)],
    [
      "an unknown compression",
      (b) => {
        b.writeBigUInt64BE(8n, 72);
        b.writeUInt8(9, 104);
      },
    ],
    ["a header that is too long", (b) => b.writeUInt32BE(0xfffffff8, 100)],
    ["an external data file's name", (b) => b.writeUInt32BE(0x44415441, 112)],
    ["a backing format", (b) => b.writeUInt32BE(0xe2792aca, 112)],
    ["an unknown extension", (b) => b.writeUInt32BE(0x12345678, 112)],
    [
      "an extension without an end",
      (b) => {
        b.writeUInt32BE(0x6803f857, 112);
        b.writeUInt32BE(0xffffffff, 116);
      },
    ],
    [
      "extensions without an end",
      (b) => {
        for (let at = 112; at < 65_528; at += 8) b.writeUInt32BE(0x6803f857, at);
      },
    ],
  ])("is refused with %s", (_case, change) => expect(problem(header(change))).not.toBeNull());

  it("never throws, whatever it is", () => {
    let seed = 1;
    const plain = header().subarray(0, 300);
    const next = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed;
    };
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(plain);
      for (let n = 0; n < 4; n += 1) bytes.writeUInt8(next() & 0xff, next() % 160);
      checkQcow2(bytes.subarray(0, next() % 300), most);
      checkQcow2(bytes, most);
    }
  });
});
