import ssh2, { type ParsedKey } from "ssh2";

const KEY_TYPE = "ssh-ed25519";
const CERTIFICATE_TYPE = "ssh-ed25519-cert-v01@openssh.com";
const USER_CERTIFICATE = 1;

/**
 * The key inside a user certificate (OpenSSH's PROTOCOL.certkeys), if one of the user's `cert-authority` lines has signed
 * it for this user and now. Null otherwise, as for what is no certificate at all.
 */
export function certifiedKey(
  blob: Buffer,
  user: { readonly name: string; readonly authorizedKeys: readonly string[] },
): ParsedKey | null {
  try {
    const certificate = readCertificate(blob);
    const now = Date.now() / 1000;
    const isInTime = certificate.validAfter <= now && now < certificate.validBefore;
    const authority = publicKey(certificate.authority);
    const isSigned = authority.verify(certificate.signed, certificate.signature) === true;
    const isKnown = user.authorizedKeys.some(
      (line) =>
        line.startsWith("cert-authority") && line.includes(` ${KEY_TYPE} ${certificate.authority.toString("base64")}`),
    );
    const fits = certificate.kind === USER_CERTIFICATE && certificate.principals.includes(user.name);
    return isInTime && isSigned && isKnown && fits ? publicKey(certificate.key) : null;
  } catch {
    return null;
  }
}

/** The bare signature in what a client that shows a certificate sends: ssh2 takes the type off for plain keys only. */
export function bareSignature(signature: Buffer): Buffer {
  const [, bare] = fields(signature);
  return bare ?? signature;
}

function readCertificate(blob: Buffer) {
  const at = { byte: 0 };
  const string = () => {
    const start = at.byte + 4;
    at.byte = start + blob.readUInt32BE(at.byte);
    if (at.byte > blob.length) throw new RangeError("the certificate ends in the middle of a field");
    return blob.subarray(start, at.byte);
  };
  const number = (bytes: 4 | 8) => {
    at.byte += bytes;
    return bytes === 4 ? blob.readUInt32BE(at.byte - 4) : Number(blob.readBigUInt64BE(at.byte - 8));
  };
  if (string().toString() !== CERTIFICATE_TYPE) throw new TypeError("this is no certificate of an ed25519 key");
  string(); // nonce
  const point = string();
  number(8); // serial
  const kind = number(4);
  string(); // key id
  const principals = fields(string()).map((name) => name.toString());
  const [validAfter, validBefore] = [number(8), number(8)];
  for (const _ of ["critical options", "extensions", "reserved"]) string();
  const authority = string();
  const signed = blob.subarray(0, at.byte);
  const signature = bareSignature(string());
  const key = Buffer.concat([withLength(Buffer.from(KEY_TYPE)), withLength(point)]);
  return { kind, principals, validAfter, validBefore, authority, signed, signature, key };
}

function publicKey(blob: Buffer): ParsedKey {
  const key = ssh2.utils.parseKey(`${KEY_TYPE} ${blob.toString("base64")}`);
  if (key instanceof Error) throw key;
  return key;
}

function fields(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    found.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return found;
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
