import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ssh2 from "ssh2";
import { expect, it } from "vitest";
import { newGuestKeys } from "./keys.ts";

const run = promisify(execFile);
const SSH_KEYGEN = "/usr/bin/ssh-keygen";

it("CAP guests: every pair fits, as ssh2 reads it", () => {
  const message = Buffer.from("signed");
  // Broken encoders lose leading zeros, which one key in 256 has.
  for (let i = 0; i < 1_500; i += 1) {
    const keys = newGuestKeys();
    const [secret, open] = [ssh2.utils.parseKey(keys.private), ssh2.utils.parseKey(keys.public)];
    if (secret instanceof Error || open instanceof Error) throw new Error("a key can't be read", { cause: secret });
    expect(secret.getPublicSSH()).toEqual(open.getPublicSSH());
    expect(open.verify(message, secret.sign(message))).toBe(true);
  }
});

// OpenSSH is a peer, and not everywhere: ssh2 reads the keys above in any case.
it.skipIf(!existsSync(SSH_KEYGEN))("CAP guests: OpenSSH derives the public half from the private one", async () => {
  const dir = await mkdtemp(join(tmpdir(), "berth-keys-"));
  try {
    const keys = newGuestKeys();
    await writeFile(join(dir, "key"), keys.private, { mode: 0o600 });
    const { stdout } = await run(SSH_KEYGEN, ["-y", "-f", join(dir, "key")]);
    expect(stdout.trim()).toBe(keys.public);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
