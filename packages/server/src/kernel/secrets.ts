import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Seals secrets for the database with a key that is outside it (AES-256-GCM). `context` says what the secret belongs
 * to, such as `host/<id>/password`; a sealed text that was moved to another row does not open there.
 */
export interface SecretBox {
  seal(plain: string, context: string): string;
  /** @throws Error when it was sealed by another key or for another context, or was changed. */
  open(sealed: string, context: string): string;
  /** Signs a text (HMAC-SHA-256), by a key of its own for each context; what others can write, they can't sign. */
  mac(text: string, context: string): Buffer;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FILE_TEXT = /^berth-key-1 ([A-Za-z0-9_-]{43})\n?$/;
/** `v1.<key id>.<nonce, ciphertext and tag>`: the key's id tells "another key" from "damaged". */
const SEALED = /^v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]{38,})$/;

/**
 * The box of a key file, which is made at the first start. All controllers of one database need the same file, and
 * whoever backs up the database must keep it too: without it no secret in there can be read again.
 */
export async function openSecretBox(keyFile: string): Promise<SecretBox> {
  const existing = await readKey(keyFile);
  return createSecretBox(existing ?? (await makeKey(keyFile)));
}

export function createSecretBox(key: Buffer): SecretBox {
  if (key.length !== KEY_BYTES) throw new Error(`the secret key has ${key.length} bytes instead of ${KEY_BYTES}`);
  const keyId = createHash("sha256").update("berth key id").update(key).digest("hex").slice(0, 16);
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context, "utf8"));
      const body = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `v1.${keyId}.${body.toString("base64url")}`;
    },
    open(sealed, context) {
      const match = SEALED.exec(sealed);
      if (match === null) throw new Error(`the secret of ${context} is not in a form that this version knows`);
      if (match[1] !== keyId)
        throw new Error(`the secret of ${context} was sealed with key ${match[1]}, this is key ${keyId}`);
      const body = Buffer.from(match[2] ?? "", "base64url");
      const decipher = createDecipheriv("aes-256-gcm", key, body.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context, "utf8"));
      decipher.setAuthTag(body.subarray(-TAG_BYTES));
      try {
        return decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
      } catch (cause) {
        throw new Error(`the secret of ${context} does not open: it was changed, or sealed for something else`, {
          cause,
        });
      }
    },
    mac(text, context) {
      const macKey = Buffer.from(hkdfSync("sha256", key, "", `berth mac ${context}`, KEY_BYTES));
      return createHmac("sha256", macKey).update(text).digest();
    },
  };
}

async function readKey(keyFile: string): Promise<Buffer | null> {
  const found = await stat(keyFile).catch(nullIfMissing);
  if (found === null) return null;
  if ((found.mode & 0o077) !== 0) throw new Error(`${keyFile} can be read by others; give it mode 0600`);
  const match = FILE_TEXT.exec(await readFile(keyFile, "utf8"));
  if (match === null) throw new Error(`${keyFile} does not hold a secret key`);
  return Buffer.from(match[1] ?? "", "base64url");
}

/** Two controllers may start at once: the key appears under its name in one piece, and the first one wins. */
async function makeKey(keyFile: string): Promise<Buffer> {
  await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  const draft = `${keyFile}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`berth-key-1 ${randomBytes(KEY_BYTES).toString("base64url")}\n`);
    // A key that is lost in a power cut after secrets were sealed with it would take them with it.
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, keyFile).catch(ignoreExisting);
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectory(dirname(keyFile));
  const key = await readKey(keyFile);
  if (key === null) throw new Error(`${keyFile} vanished while it was being made`);
  return key;
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  await directory.sync().finally(() => directory.close());
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
