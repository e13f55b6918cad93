import { type ChildProcess, execFile, spawn } from "node:child_process";
import { copyFile, mkdtemp, open, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Agent, request } from "undici";

const run = promisify(execFile);
const EDGE = fileURLToPath(new URL("../packages/edge/src/main.ts", import.meta.url));
const NET = "10.79.1";

/** A network of its own with an edge in it, and room for one QEMU machine that boots from it. */
export interface BootBench {
  readonly dir: string;
  readonly edgeSocket: string;
  readonly address: (host: number) => string;
  publishDhcp(hosts: readonly { mac: string; ip: string; hostname: string }[]): Promise<void>;
  /** Starts a machine that tries the network first and its disk second, and goes on so over its own restarts. */
  startMachine(spec: MachineSpec): Promise<TestMachine>;
  close(): Promise<void>;
}

export interface MachineSpec {
  readonly firmware: "bios" | "uefi";
  readonly mac: string;
  readonly uuid: string;
  readonly serial: string;
  readonly diskBytes: number;
  /** Keeps the disk of an earlier machine of this bench. */
  readonly keepDisk?: boolean;
  /** Starts from its disk without asking the network. */
  readonly diskFirst?: boolean;
}

export interface TestMachine {
  readonly disk: string;
  console(): Promise<string>;
  /** Power, pulled. */
  kill(): Promise<void>;
  /** Until it powered itself off. */
  off(signal: AbortSignal): Promise<void>;
}

export async function makeBootBench(): Promise<BootBench> {
  const dir = await mkdtemp("/tmp/berth-nb-");
  const name = `berth-nb-${process.pid}`;
  const edgeSocket = join(dir, "edge.sock");
  const children: ChildProcess[] = [];
  const inside = (program: string, ...args: string[]) => ["netns", "exec", name, program, ...args];
  const ip = (...args: string[]) => run("ip", ["-n", name, ...args]);

  await run("ip", ["netns", "add", name]);
  await ip("link", "set", "lo", "up");
  await ip("link", "add", "br-lan", "type", "bridge", "forward_delay", "0", "stp_state", "0");
  await ip("address", "add", `${NET}.1/24`, "dev", "br-lan");
  await ip("link", "set", "br-lan", "up");
  await ip("tuntap", "add", "dev", "tap0", "mode", "tap");
  await ip("link", "set", "tap0", "master", "br-lan");
  await ip("link", "set", "tap0", "up");

  const log = await open(join(dir, "edge.log"), "w");
  const owner = ["--owner-uid", "0", "--owner-gid", "0"];
  const options = ["--socket", edgeSocket, "--site", "bench", ...owner, "--state", join(dir, "edge")];
  const edge = spawn("ip", inside(process.execPath, EDGE, ...options), { stdio: ["ignore", log.fd, log.fd] });
  children.push(edge);
  await log.close();

  const askEdge = async (method: "GET" | "PUT", path: string, body?: unknown) => {
    const dispatcher = new Agent({ connect: { socketPath: edgeSocket } });
    const answer = await request(`http://edge${path}`, {
      method,
      dispatcher,
      headers: { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    await dispatcher.close();
    if (answer.statusCode !== 200) throw new Error(`the edge answered ${answer.statusCode}: ${text}`);
  };
  await until("the edge to be up", 60_000, () =>
    askEdge("GET", "/health").then(
      () => true,
      () => false,
    ),
  );

  return {
    dir,
    edgeSocket,
    address: (host) => `${NET}.${host}`,
    publishDhcp: (hosts) =>
      askEdge("PUT", "/dhcp", {
        networks: [
          {
            name: "lan",
            cidr: `${NET}.0/24`,
            interface: "br-lan",
            gateway: `${NET}.1`,
            dns: [],
            mode: "server",
            dynamicRange: { start: `${NET}.200`, end: `${NET}.220` },
          },
        ],
        hosts,
      }),
    async startMachine(spec) {
      const disk = join(dir, "disk.raw");
      const serial = join(dir, `serial-${children.length}.log`);
      if (spec.keepDisk !== true) {
        await rm(disk, { force: true });
        await (await open(disk, "w")).close();
        await truncate(disk, spec.diskBytes);
      }
      const uefi = spec.firmware === "uefi" ? await uefiArguments(dir) : [];
      const machine = spec.firmware === "uefi" ? "q35" : "pc";
      const qemu = spawn(
        "ip",
        inside(
          "qemu-system-x86_64",
          ...[
            "-nodefaults",
            "-no-user-config",
            "-machine",
            machine,
            "-accel",
            "tcg,thread=multi,tb-size=512",
            "-cpu",
            "max",
          ],
          ...["-smp", "2", "-m", "768", "-display", "none", "-serial", `file:${serial}`, ...uefi],
          ...["-uuid", spec.uuid, "-smbios", `type=1,serial=${spec.serial},uuid=${spec.uuid}`],
          ...["-drive", `if=none,id=disk0,format=raw,file=${disk},discard=unmap,detect-zeroes=unmap`],
          ...["-device", `virtio-blk-pci,drive=disk0,bootindex=${spec.diskFirst === true ? 0 : 1}`],
          ...["-netdev", "tap,id=net0,ifname=tap0,script=no,downscript=no"],
          ...["-device", `virtio-net-pci,netdev=net0,mac=${spec.mac},bootindex=${spec.diskFirst === true ? 1 : 0}`],
        ),
        { stdio: ["ignore", "ignore", "inherit"] },
      );
      children.push(qemu);
      return {
        disk,
        console: () => readFile(serial, "latin1").catch(() => ""),
        kill: () => end(qemu),
        off: (signal) => until("the machine to power itself off", 600_000, async () => hasEnded(qemu), signal),
      };
    },
    async close() {
      for (const child of children.toReversed()) await end(child);
      await run("ip", ["netns", "delete", name]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function uefiArguments(dir: string): Promise<string[]> {
  const variables = join(dir, "uefi-vars.fd");
  await copyFile("/usr/share/OVMF/OVMF_VARS_4M.fd", variables);
  return [
    ...["-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"],
    ...["-drive", `if=pflash,format=raw,file=${variables}`],
  ];
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await closed;
  clearTimeout(force);
}

/** Looks until it is so; says what it waited for when the time is up. */
export async function until(
  what: string,
  timeoutMs: number,
  isSo: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  const endAt = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > endAt || signal?.aborted) throw new Error(`waited in vain for ${what}`);
    await sleep(200);
  }
}

/** Namespaces and taps need root. */
export const mayMakeNetworks = process.getuid?.() === 0;
