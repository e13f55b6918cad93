/**
 * XDR (RFC 4506), as much of it as libvirt speaks. A codec is a pair of functions, and composite ones are made of
 * simple ones, so that `procedures.ts` is a table of layouts and nothing else.
 * The reader trusts nothing: every length is checked against its limit and against what is left before it is used.
 */

export class XdrError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "XdrError";
  }
}

export interface Codec<T> {
  write(to: XdrWriter, value: T): void;
  read(from: XdrReader): T;
}

export type ValueOf<C> = C extends Codec<infer T> ? T : never;

/** The protocol's own limit for strings (REMOTE_STRING_MAX). */
export const STRING_MAX_BYTES = 4_194_304;

export class XdrWriter {
  readonly #parts: Buffer[] = [];

  int32(value: number): void {
    const part = Buffer.allocUnsafe(4);
    part.writeInt32BE(value);
    this.#parts.push(part);
  }

  uint32(value: number): void {
    const part = Buffer.allocUnsafe(4);
    part.writeUInt32BE(value);
    this.#parts.push(part);
  }

  uint64(value: number): void {
    const part = Buffer.allocUnsafe(8);
    part.writeBigUInt64BE(BigInt(value));
    this.#parts.push(part);
  }

  bytes(value: Uint8Array): void {
    this.#parts.push(Buffer.from(value), Buffer.alloc(padding(value.length)));
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export class XdrReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  get left(): number {
    return this.#data.length - this.#at;
  }

  int32(): number {
    return this.#data.readInt32BE(this.#advance(4));
  }

  uint32(): number {
    return this.#data.readUInt32BE(this.#advance(4));
  }

  uint64(): number {
    const value = this.#data.readBigUInt64BE(this.#advance(8));
    // Some storage drivers say "as much as you like" with the largest number there is.
    return Number(value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : value);
  }

  bytes(length: number): Buffer {
    const start = this.#advance(length);
    this.#advance(padding(length));
    return this.#data.subarray(start, start + length);
  }

  #advance(length: number): number {
    if (length > this.left) throw new XdrError("the message ends in the middle of a value");
    const start = this.#at;
    this.#at += length;
    return start;
  }
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

export const int: Codec<number> = { write: (to, value) => to.int32(value), read: (from) => from.int32() };
export const uint: Codec<number> = { write: (to, value) => to.uint32(value), read: (from) => from.uint32() };
/** An unsigned 64-bit number, as a number: libvirt counts bytes and KiB with it. */
export const uhyper: Codec<number> = { write: (to, value) => to.uint64(value), read: (from) => from.uint64() };

/** UTF-8 text. What is not UTF-8 is replaced, not refused: guests and files may have any name. */
export const string: Codec<string> = {
  write(to, value) {
    const encoded = Buffer.from(value, "utf8");
    if (encoded.length > STRING_MAX_BYTES) throw new XdrError("a text is longer than the protocol takes");
    to.uint32(encoded.length);
    to.bytes(encoded);
  },
  read(from) {
    const length = from.uint32();
    if (length > STRING_MAX_BYTES) throw new XdrError("a text is longer than the protocol allows");
    return from.bytes(length).toString("utf8");
  },
};

/** Fixed-length bytes, as hexadecimal text. */
export function opaque(length: number): Codec<string> {
  return {
    write(to, value) {
      const raw = Buffer.from(value, "hex");
      if (raw.length !== length) throw new XdrError(`${length} bytes are needed`);
      to.bytes(raw);
    },
    read: (from) => from.bytes(length).toString("hex"),
  };
}

/** `char name[n]` of the protocol: each character takes four bytes on the wire, and zeros fill the end. */
export function chars(length: number): Codec<string> {
  return {
    write(to, value) {
      for (let i = 0; i < length; i += 1) to.int32(value.charCodeAt(i) || 0);
    },
    read(from) {
      const codes = Array.from({ length }, () => from.int32());
      const end = codes.indexOf(0);
      return String.fromCharCode(...codes.slice(0, end === -1 ? length : end).map((code) => code & 0xff));
    },
  };
}

export function optional<T>(inner: Codec<T>): Codec<T | null> {
  return {
    write(to, value) {
      to.uint32(value === null ? 0 : 1);
      if (value !== null) inner.write(to, value);
    },
    read(from) {
      const present = from.uint32();
      if (present > 1) throw new XdrError("a value is neither there nor absent");
      return present === 1 ? inner.read(from) : null;
    },
  };
}

export function array<T>(inner: Codec<T>, maxItems: number): Codec<T[]> {
  return {
    write(to, value) {
      if (value.length > maxItems) throw new XdrError("a list is longer than the protocol takes");
      to.uint32(value.length);
      for (const item of value) inner.write(to, item);
    },
    read(from) {
      const length = from.uint32();
      // Every item takes four bytes or more, so a length that can't be true is refused before anything is made of it.
      if (length > maxItems || length * 4 > from.left) throw new XdrError("a list is longer than the message can hold");
      return Array.from({ length }, () => inner.read(from));
    },
  };
}

type StructOf<F> = { [K in keyof F]: ValueOf<F[K]> };

/** Fields in the order in which they are written here, which is their order on the wire. */
// biome-ignore lint/suspicious/noExplicitAny: fields of different types stand in one record
export function struct<const F extends Record<string, Codec<any>>>(fields: F): Codec<StructOf<F>> {
  const entries = Object.entries(fields) as [keyof F & string, Codec<unknown>][];
  return {
    write(to, value) {
      for (const [name, codec] of entries) codec.write(to, value[name]);
    },
    read(from) {
      // The entries are those of F, so the object made of them is a StructOf<F>.
      return Object.fromEntries(entries.map(([name, codec]) => [name, codec.read(from)])) as StructOf<F>;
    },
  };
}

/** No value at all. */
export const nothing: Codec<Record<never, never>> = { write: () => {}, read: () => ({}) };

export function encode<T>(codec: Codec<T>, value: T): Buffer {
  const writer = new XdrWriter();
  codec.write(writer, value);
  return writer.finish();
}

export function decode<T>(codec: Codec<T>, data: Buffer): T {
  return codec.read(new XdrReader(data));
}
