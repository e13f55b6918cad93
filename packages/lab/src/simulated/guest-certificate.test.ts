import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Guest } from "./guest.ts";
import { serveSsh } from "./guest-ssh.ts";
import { emptyMemory } from "./system-disk.ts";

/** Certificates as OpenSSH signs them, shown by OpenSSH's own client. */

const run = promisify(execFile);
let dir: string;
let server: Server;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-cert-"));
  for (const name of ["host", "authority", "stranger", "person"]) {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(dir, name)]);
  }
  const authority = (await readFile(join(dir, "authority.pub"), "utf8")).trim();
  const guest: Guest = {
    ...{ id: "1", hostname: "shop-app-1", bootId: "b", nics: [], memory: emptyMemory(), sockets: new Set() },
    hostKeys: [await readFile(join(dir, "host"), "utf8")],
    users: [{ name: "berth", authorizedKeys: [`cert-authority,principals="berth" ${authority}`] }],
  };
  server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    serveSsh(guest, socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterAll(async () => {
  server?.close();
  await rm(dir, { recursive: true, force: true });
});

async function logIn(): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const hostKey = (await readFile(join(dir, "host.pub"), "utf8")).trim();
  await writeFile(join(dir, "known_hosts"), `guest ${hostKey}\n`);
  const options = [
    `UserKnownHostsFile=${dir}/known_hosts`,
    "HostKeyAlias=guest",
    "BatchMode=yes",
    "IdentitiesOnly=yes",
  ];
  const argv = [
    "-F",
    "none",
    "-i",
    join(dir, "person"),
    "-p",
    String(port),
    ...options.flatMap((option) => ["-o", option]),
  ];
  return (await run("ssh", [...argv, "berth@127.0.0.1", "hostname"])).stdout;
}

const sign = (authority: string, ...argv: string[]) =>
  run("ssh-keygen", ["-q", "-I", "test", "-s", join(dir, authority), ...argv, join(dir, "person.pub")]);

it("lets in who shows a certificate of the user's authority", async () => {
  await sign("authority", "-n", "berth", "-V", "-5m:+5m");
  expect(await logIn()).toBe("shop-app-1\n");
});

it.each([
  ["of another authority", ["stranger", "-n", "berth", "-V", "-5m:+5m"]],
  ["for another user", ["authority", "-n", "root", "-V", "-5m:+5m"]],
  ["that has ended", ["authority", "-n", "berth", "-V", "-10m:-5m"]],
  ["that has not begun", ["authority", "-n", "berth", "-V", "+5m:+10m"]],
  ["for a host", ["authority", "-h", "-n", "berth", "-V", "-5m:+5m"]],
] satisfies [string, [string, ...string[]]][])("refuses a certificate %s", async (_what, [authority, ...argv]) => {
  await sign(authority, ...argv);
  await expect(logIn()).rejects.toThrow(/Permission denied/);
});

it("refuses the key without a certificate", async () => {
  await rm(join(dir, "person-cert.pub"), { force: true });
  await expect(logIn()).rejects.toThrow(/Permission denied/);
});
