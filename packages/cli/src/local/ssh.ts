import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Command } from "commander";
import { openClient } from "../commands/connection.ts";
import { Failure } from "../launch/failure.ts";

const run = promisify(execFile);

export function register(program: Command): void {
  program
    .command("ssh <server> [command...]")
    // What follows the server's name is for the other end, also what looks like an option.
    .passThroughOptions()
    .description("log in to a server over SSH, wherever its network is, or run a command there")
    .addHelpText("after", "\nExample:\n  berth ssh shop-app-1 -- uptime")
    .action(ssh);
}

/** A key for this session only: Berth signs it for a few minutes, and the session lives on when that is over. */
async function ssh(server: string, command: string[]): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "berth-ssh-"));
  try {
    const key = join(dir, "id_ed25519");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]).catch(noClient);
    const publicKey = (await readFile(`${key}.pub`, "utf8")).trim();
    const client = await openClient();
    const access = await client.accessServer({ params: { id: server }, body: { publicKey } });
    await writeFile(`${key}-cert.pub`, `${access.certificate}\n`, { mode: 0o600 });
    const alias = `berth-${access.serverId}`;
    await writeFile(join(dir, "known_hosts"), `${alias} ${access.hostKey}\n`, { mode: 0o600 });
    const argv = [
      ...["-F", "none", "-l", access.user, "-i", key],
      ...options({
        CertificateFile: `"${key}-cert.pub"`,
        IdentitiesOnly: "yes",
        PreferredAuthentications: "publickey",
        UserKnownHostsFile: `"${join(dir, "known_hosts")}"`,
        GlobalKnownHostsFile: "/dev/null",
        HostKeyAlias: alias,
        HostKeyAlgorithms: "ssh-ed25519",
        StrictHostKeyChecking: "yes",
        UpdateHostKeys: "no",
        ServerAliveInterval: "15",
        ProxyCommand: proxyCommand(access.serverId),
      }),
      "--",
      access.hostname,
      // Ours, between the server's name and what is for the other end.
      ...(command[0] === "--" ? command.slice(1) : command),
    ];
    // Ctrl-C is for the program at the other end.
    process.on("SIGINT", () => {});
    const child = spawn("ssh", argv, { stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    process.exitCode = code ?? 1;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function options(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** Runs this program again. ssh gives the line to a shell, after replacing what follows a percent sign. */
function proxyCommand(serverId: string): string {
  const words = [process.execPath, ...process.execArgv, process.argv[1] ?? "", "tunnel", serverId, "22"];
  return words.map((word) => `'${word.replaceAll("%", "%%").replaceAll("'", `'\\''`)}'`).join(" ");
}

function noClient(cause: unknown): never {
  throw new Failure("no SSH client is here", { hints: ["On Debian it is the package openssh-client."], cause });
}
