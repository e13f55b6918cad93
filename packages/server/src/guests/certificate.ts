import { randomBytes } from "node:crypto";
import ssh2 from "ssh2";
import { AppError } from "../kernel/errors.ts";
import { field, fieldsOf, uint32, uint64 } from "./wire.ts";

export interface CertificateSpec {
  /** The person's key, as in authorized_keys. */
  readonly publicKey: string;
  /** What the guest's sshd writes into its log. */
  readonly keyId: string;
  /** The account that it opens. */
  readonly principal: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

const KEY_TYPE = "ssh-ed25519";
const CERTIFICATE_TYPE = "ssh-ed25519-cert-v01@openssh.com";
const USER_CERTIFICATE = 1;
const POINT_BYTES = 32;
/** Sorted by name, as the format demands. */
const EXTENSIONS = ["permit-port-forwarding", "permit-pty"];

/**
 * An OpenSSH user certificate (PROTOCOL.certkeys), one line as in id_ed25519-cert.pub. With it a person gets in for a
 * while under a key of her own, and the service's private key never leaves.
 */
export function signCertificate(spec: CertificateSpec, authority: { readonly privateKey: string }): string {
  const signer = ssh2.utils.parseKey(authority.privateKey);
  if (signer instanceof Error) throw new Error("the service's private key can't be read", { cause: signer });
  const open = Buffer.concat([
    field(CERTIFICATE_TYPE),
    field(randomBytes(32)),
    field(pointOf(spec.publicKey)),
    uint64(0), // serial: we keep no list of revoked ones, they live for minutes
    uint32(USER_CERTIFICATE),
    field(spec.keyId),
    field(field(spec.principal)),
    uint64(Math.floor(spec.validFrom.getTime() / 1000)),
    uint64(Math.ceil(spec.validTo.getTime() / 1000)),
    field(""), // critical options
    field(Buffer.concat(EXTENSIONS.flatMap((name) => [field(name), field("")]))),
    field(""), // reserved
    field(signer.getPublicSSH()),
  ]);
  const signature = Buffer.concat([field(KEY_TYPE), field(signer.sign(open))]);
  return `${CERTIFICATE_TYPE} ${Buffer.concat([open, field(signature)]).toString("base64")}`;
}

function pointOf(line: string): Buffer {
  const [type, base64 = ""] = line.split(" ");
  const [name, point, ...more] = fieldsOf(Buffer.from(base64, "base64")) ?? [];
  const fits = type === KEY_TYPE && name?.toString() === KEY_TYPE && point?.length === POINT_BYTES && more.length === 0;
  if (!fits || point === undefined) {
    const fields = [{ field: "publicKey", message: "is no ed25519 key" }];
    throw new AppError("invalid_request", "The key is no ed25519 key in OpenSSH's form.", { fields });
  }
  return point;
}
