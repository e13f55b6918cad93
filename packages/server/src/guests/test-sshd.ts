import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { newGuestKeys } from "./keys.ts";
import type { GuestLogin } from "./session.ts";

/** A real OpenSSH server for tests, on a port of 127.0.0.1, which lets the user who runs the tests in. */
export interface TestSshd {
  readonly login: GuestLogin & { readonly port: number };
  close(): Promise<void>;
}

const START_DEADLINE_MS = 30_000;

export async function startTestSshd(): Promise<TestSshd> {
  const dir = await mkdtemp(join(tmpdir(), "berth-sshd-"));
  const [host, user] = [newGuestKeys(), newGuestKeys()];
  const port = await freePort();
  await writeFile(join(dir, "host_key"), host.private, { mode: 0o600 });
  await writeFile(
    join(dir, "authorized_keys"),
    `${user.public}\ncert-authority,principals="${userInfo().username}" ${user.public}\n`,
    { mode: 0o600 },
  );
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(dir, "host_key")}`,
    `AuthorizedKeysFile ${join(dir, "authorized_keys")}`,
    // The folder stands below /tmp, which everyone can write to.
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin prohibit-password",
    "PidFile none",
  ];
  await writeFile(join(dir, "config"), `${config.join("\n")}\n`);
  // sshd insists on this folder, which systemd would have made.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(dir, "config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  sshd.stderr.on("data", (text: Buffer) => said.length < 100 && said.push(text.toString()));
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!said.join("").includes("Server listening")) {
    if (sshd.exitCode !== null || performance.now() > deadline) throw new Error(`sshd did not start: ${said.join("")}`);
    await pause(20);
  }
  return {
    login: { ip: "127.0.0.1", port, user: userInfo().username, privateKey: user.private, hostKeyPublic: host.public },
    async close() {
      sshd.kill();
      if (sshd.exitCode === null) await once(sshd, "exit");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
