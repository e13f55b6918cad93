import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A real libvirtd for tests, private in its files and its network. Needs root, and Debian's libvirt-daemon. */
export interface TestLibvirtd {
  readonly socket: string;
  /** The network namespace it lives in, with a bridge `brtest`. */
  readonly namespace: string;
  /** The folder that libvirtd sees as /var/lib/libvirt/images, for disks. */
  readonly images: string;
  /** As a power cut of the daemon; guests live on. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends the daemon and every guest it left. */
  close(): Promise<void>;
}

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("./test-libvirtd.sh", import.meta.url));
const START_DEADLINE_MS = 60_000;

const DAEMON_CONF = `
unix_sock_rw_perms = "0700"
auth_unix_rw = "none"
auth_unix_ro = "none"
`;
// Debian's defaults ask for cgroups, AppArmor and virtlogd, none of which a private daemon has.
const QEMU_CONF = `
stdio_handler = "file"
security_driver = "none"
user = "root"
group = "root"
cgroup_controllers = []
namespaces = []
`;

/** Why a private libvirtd can't run here, in words, or null. */
export function whyNoLibvirtd(): string | null {
  return process.getuid?.() === 0 ? null : "a private libvirtd needs root (network and mount namespaces)";
}

export async function startTestLibvirtd(): Promise<TestLibvirtd> {
  // The socket's path must stay below 108 bytes.
  const root = await mkdtemp(join(tmpdir(), "blv-"));
  const namespace = `blv-${process.pid}-${root.slice(-6)}`;
  await mkdir(join(root, "etc/libvirt"), { recursive: true });
  await writeFile(join(root, "etc/libvirt/libvirtd.conf"), DAEMON_CONF);
  await writeFile(join(root, "etc/libvirt/qemu.conf"), QEMU_CONF);
  await run("ip", ["netns", "add", namespace]);
  await run("ip", ["-n", namespace, "link", "add", "brtest", "type", "bridge"]);
  await run("ip", ["-n", namespace, "link", "set", "brtest", "up"]);

  const socket = join(root, "run/libvirt/libvirt-sock");
  let daemon: ReturnType<typeof spawn> | null = null;

  async function start() {
    // Every one of these replaces itself with the next, so the child's pid is libvirtd's.
    const argv = [
      "netns",
      "exec",
      namespace,
      "unshare",
      "--mount",
      "--",
      "/bin/sh",
      SCRIPT,
      root,
      "/usr/sbin/libvirtd",
    ];
    const child = spawn("ip", argv, { stdio: ["ignore", "ignore", "pipe"] });
    daemon = child;
    const said: string[] = [];
    child.stderr?.on("data", (text: Buffer) => said.length < 100 && said.push(text.toString()));
    const deadline = performance.now() + START_DEADLINE_MS;
    while (!(await answers(socket))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`libvirtd did not start: ${said.join("")}`);
      await pause(50);
    }
  }

  async function kill() {
    const child = daemon;
    daemon = null;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  async function close() {
    await kill();
    await endGuests(join(root, "run/libvirt/qemu"));
    await run("ip", ["netns", "del", namespace]);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }

  await start().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { socket, namespace, images: join(root, "var/lib/libvirt/images"), start, kill, close };
}

async function answers(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Guests outlive the daemon. A pid file is believed only if that process is a QEMU that names our guest. */
async function endGuests(folder: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  for (const file of files.filter((name) => name.endsWith(".pid"))) {
    const pid = Number((await readFile(join(folder, file), "utf8")).trim());
    const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (!commandLine.includes(`guest=${file.slice(0, -".pid".length)}`)) continue;
    process.kill(pid, "SIGKILL");
    while (
      await readFile(`/proc/${pid}/stat`, "utf8").then(
        (stat) => !stat.includes(") Z "),
        () => false,
      )
    )
      await pause(20);
  }
}
