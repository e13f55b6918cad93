import { generateKeyPairSync, randomBytes } from "node:crypto";
import { field, uint32 } from "./wire.ts";

/** A key pair in OpenSSH's own formats. */
export interface GuestKeys {
  /** One line, as in authorized_keys: type and key. */
  readonly public: string;
  /** PEM, not encrypted: it is sealed wherever it is kept. */
  readonly private: string;
}

const KEY_TYPE = "ssh-ed25519";
/** OpenSSH pads the private part to the block size of its cipher, which is 8 for "none". */
const BLOCK_BYTES = 8;
const PEM_LINE_CHARS = 70;

/**
 * A new ed25519 pair (format: OpenSSH's PROTOCOL.key). Encoded here because ssh2's generator drops leading zeros, so
 * that about one of its ed25519 keys in 250 is broken (seen 2026-11-21 with ssh2 1.17).
 */
export function newGuestKeys(): GuestKeys {
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (d === undefined || x === undefined) throw new Error("an ed25519 key has both its halves");
  const secret = Buffer.from(d, "base64url");
  const point = Buffer.from(x, "base64url");
  const publicBlob = Buffer.concat([field(KEY_TYPE), field(point)]);
  const check = randomBytes(4);
  const open = Buffer.concat([check, check, publicBlob, field(Buffer.concat([secret, point])), field("")]);
  const blob = Buffer.concat([
    Buffer.from("openssh-key-v1\0", "latin1"),
    field("none"),
    field("none"),
    field(""),
    uint32(1),
    field(publicBlob),
    field(padded(open)),
  ]);
  return { public: `${KEY_TYPE} ${publicBlob.toString("base64")}`, private: pem(blob) };
}

function padded(bytes: Buffer): Buffer {
  const missing = (BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, i) => i + 1))]);
}

function pem(blob: Buffer): string {
  const lines = blob.toString("base64").match(new RegExp(`.{1,${PEM_LINE_CHARS}}`, "g")) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}
