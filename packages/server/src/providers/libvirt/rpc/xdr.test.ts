import { describe, expect, it } from "vitest";
import { encodeHead, FrameSplitter, MESSAGE_MAX_BYTES } from "./frame.ts";
import { LIFECYCLE_EVENT, PROCEDURES, type Procedure, remoteError } from "./procedures.ts";
import { array, type Codec, chars, decode, encode, optional, string, struct, uhyper, uint, XdrError } from "./xdr.ts";

/** Whoever sits on the other side may send anything: it must end in a value or an XdrError, soon, and in little memory. */

const SEED = 20_261_121;
const ROUNDS = 20_000;

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const procedures: Procedure<unknown, unknown>[] = Object.values(PROCEDURES);
const codecs: Codec<unknown>[] = [
  ...procedures.flatMap(({ args, result }) => [args, result]),
  remoteError,
  LIFECYCLE_EVENT.body,
];

describe("XDR", () => {
  it("gives back what it was given", () => {
    const codec = struct({
      name: string,
      list: array(uint, 9),
      none: optional(string),
      some: optional(string),
      size: uhyper,
      text: chars(8),
    });
    const value = {
      name: "ü☃",
      list: [0, 4_294_967_295],
      none: null,
      some: "",
      size: Number.MAX_SAFE_INTEGER,
      text: "abc",
    };
    expect(decode(codec, encode(codec, value))).toEqual(value);
  });

  it("counts no further than can be counted", () => {
    expect(decode(uhyper, Buffer.alloc(8, 0xff))).toBe(Number.MAX_SAFE_INTEGER);
  });

  it("reads the errors and events of a daemon, whatever was done to them on the way", () => {
    const random = randomFrom(SEED);
    const pick = (below: number) => Math.floor(random() * below);
    const dom = { name: "web-1", uuid: "00".repeat(16), id: 3 };
    const error = {
      code: 42,
      domain: 10,
      message: "Domain not found",
      level: 2,
      dom,
      str1: "a",
      str2: null,
      str3: null,
      int1: -1,
      int2: -1,
      net: null,
    };
    const samples = [
      encode(remoteError, error),
      encode(LIFECYCLE_EVENT.body, { callbackId: 1, dom, event: 2, detail: 0 }),
    ];
    for (let round = 0; round < ROUNDS; round += 1) {
      const sample = samples[pick(samples.length)] ?? Buffer.alloc(0);
      const broken =
        random() < 0.2 ? Buffer.from(Array.from({ length: pick(200) }, () => pick(256))) : Buffer.from(sample);
      for (let i = pick(4); i > 0 && broken.length > 0; i -= 1)
        broken[pick(broken.length)] = [0, 255, 127, pick(256)][pick(4)] ?? 0;
      const cut = broken.subarray(0, random() < 0.3 ? pick(broken.length + 1) : broken.length);
      const codec = codecs[pick(codecs.length)] ?? remoteError;
      for (const reader of [codec, remoteError, LIFECYCLE_EVENT.body]) {
        try {
          decode(reader, cut);
        } catch (problem) {
          if (!(problem instanceof XdrError)) throw new Error(`round ${round} of seed ${SEED}`, { cause: problem });
        }
      }
    }
  });

  it.each([0, 1, 27, MESSAGE_MAX_BYTES + 1, 0xffff_ffff])("takes no message that says it has %i bytes", (length) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    expect(() => new FrameSplitter().push(head)).toThrow(XdrError);
  });

  it("cuts messages out of a stream, however it comes", () => {
    const random = randomFrom(SEED);
    const header = { program: 1, version: 1, procedure: -2, type: 1, status: 0 };
    const payloads = Array.from({ length: 200 }, (_, i) => Buffer.alloc(Math.floor(random() * 300), i));
    const stream = Buffer.concat(
      payloads.flatMap((payload, serial) => [encodeHead({ ...header, serial }, payload.length), payload]),
    );
    const splitter = new FrameSplitter();
    const seen = [];
    for (let at = 0; at < stream.length; ) {
      const next = at + 1 + Math.floor(random() * 100);
      seen.push(...splitter.push(stream.subarray(at, next)));
      at = next;
    }
    expect(seen).toEqual(payloads.map((payload, serial) => ({ ...header, serial, payload })));
  });
});
