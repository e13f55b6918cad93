import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import type { Db } from "../kernel/db/db.ts";
import type { SecretBox } from "../kernel/secrets.ts";

/** What the edge serves booting machines with, and what they check: not a name, but the key itself. */
export interface BootCertificate {
  readonly certificate: string;
  readonly key: string;
  /** `sha256//<base64>` of the public key (curl's --pinnedpubkey, RFC 7469). */
  readonly pin: string;
}

const CONTEXT = "boot/certificate";
const YEARS = 20;

/** The one certificate of all controllers of this database; made by the first. */
export async function ensureBootCertificate(db: Db, secrets: SecretBox): Promise<BootCertificate> {
  const read = () => db.selectFrom("boot_certificate").selectAll().executeTakeFirst();
  const known = await read();
  if (known === undefined) {
    const made = selfSigned(new Date());
    await db
      .insertInto("boot_certificate")
      .values({ certificate: made.certificate, key_sealed: secrets.seal(made.key, CONTEXT) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const row = known ?? (await read());
  if (row === undefined) throw new Error("the boot certificate was not kept");
  const key = secrets.open(row.key_sealed, CONTEXT);
  return { certificate: row.certificate, key, pin: pinOf(createPublicKey(createPrivateKey(key))) };
}

/** A certificate that vouches for itself (RFC 5280, ECDSA P-256 with SHA-256), in the form that TLS needs and no more. */
export function selfSigned(now: Date): BootCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(set(sequence(objectId([2, 5, 4, 3]), der(0x0c, Buffer.from("berth boot service")))));
  const signedWith = sequence(objectId([1, 2, 840, 10045, 4, 3, 2]));
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + YEARS);
  const version = der(0xa0, integer(Buffer.from([2])));
  const body = sequence(
    version,
    // Positive: the first bit of an INTEGER is its sign.
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    signedWith,
    name,
    sequence(time(now), time(end)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = sequence(body, signedWith, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const base64 = certificate
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")
    .trimEnd();
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    pin: pinOf(publicKey),
  };
}

function pinOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ type: "spki", format: "der" });
  return `sha256//${createHash("sha256").update(spki).digest("base64")}`;
}

/** Tag, length, value (X.690, distinguished encoding). */
function der(tag: number, value: Buffer): Buffer {
  const length =
    value.length < 0x80
      ? [value.length]
      : value.length < 0x100
        ? [0x81, value.length]
        : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const set = (part: Buffer): Buffer => der(0x31, part);
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
/** UTCTime, which RFC 5280 demands until 2049. */
const time = (at: Date): Buffer => der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));

function objectId([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const groups = rest.flatMap((arc) => {
    const bytes = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) bytes.unshift((left & 0x7f) | 0x80);
    return bytes;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...groups]));
}
