import { type ChildProcess, spawn } from "node:child_process";
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { DhcpLease, DhcpState } from "@berth/api/edge.ts";
import { type DnsmasqFiles, dnsmasqConfig, hostsFile, readLeases } from "./dnsmasq-rules.ts";
import { log } from "./log.ts";

const TFTP_ROOT = "/usr/lib/ipxe";
const SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const STEADY_MS = 60_000;
const STOP_MS = 5_000;

export interface Dnsmasq {
  /** Makes the state be in force. A change of hosts only is told to the running process. */
  apply(state: DhcpState): Promise<void>;
  leases(): Promise<DhcpLease[]>;
  isRunning(): boolean;
  stop(): Promise<void>;
}

/** One dnsmasq under our control: started when there are networks, again when it dies, stopped when there are none. */
export async function controlDnsmasq(stateDir: string): Promise<Dnsmasq> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  // dnsmasq gives up root before it reads the reservations: they must stand where its own user may go.
  const dir = await mkdtemp(join(tmpdir(), "berth-edge-"));
  await chmod(dir, 0o755);
  const files: DnsmasqFiles = {
    hostsDir: join(dir, "hosts"),
    leaseFile: join(stateDir, "dnsmasq.leases"),
    pidFile: join(dir, "dnsmasq.pid"),
    tftpRoot: TFTP_ROOT,
  };
  await mkdir(files.hostsDir, { mode: 0o755 });
  const configFile = join(dir, "dnsmasq.conf");

  let wanted = false;
  let config = "";
  let child: ChildProcess | null = null;
  let pauseMs = FIRST_PAUSE_MS;
  let restart: NodeJS.Timeout | null = null;

  const start = () => {
    restart = null;
    const startedAt = Date.now();
    const started = spawn("dnsmasq", ["--keep-in-foreground", `--conf-file=${configFile}`], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: SEARCH_PATH, LC_ALL: "C" },
    });
    child = started;
    createInterface({ input: started.stderr }).on("line", (line) =>
      log("info", "dnsmasq says", { line: line.slice(0, 500) }),
    );
    started.once("error", (error) =>
      log("error", "dnsmasq can't be started: is dnsmasq-base installed?", { reason: error.message }),
    );
    started.once("close", (code, signal) => {
      if (child === started) child = null;
      if (!wanted || child !== null) return;
      if (Date.now() - startedAt > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      log("warn", "dnsmasq ended and is started again", { code, signal, pauseMs });
      restart = setTimeout(start, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    });
  };

  const stop = async () => {
    wanted = false;
    if (restart !== null) clearTimeout(restart);
    restart = null;
    const running = child;
    if (running === null) return;
    const ended = new Promise<void>((resolve) => running.once("close", () => resolve()));
    running.kill("SIGTERM");
    const hard = setTimeout(() => running.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(hard);
  };

  return {
    async apply(state) {
      const hidden = join(files.hostsDir, ".next");
      await writeFile(hidden, hostsFile(state.hosts), { mode: 0o644 });
      await rename(hidden, join(files.hostsDir, "hosts"));
      const next = state.networks.length === 0 ? "" : dnsmasqConfig(state.networks, files);
      if (next === config) {
        // Its inotify sees new lines; only SIGHUP makes it forget those that are gone.
        child?.kill("SIGHUP");
        return;
      }
      await stop();
      config = next;
      if (next === "") return;
      await access(TFTP_ROOT).catch(() =>
        log("warn", "no boot loaders to serve: is ipxe installed?", { path: TFTP_ROOT }),
      );
      await writeFile(configFile, next, { mode: 0o644 });
      wanted = true;
      pauseMs = FIRST_PAUSE_MS;
      start();
    },
    leases: async () => readLeases(await readFile(files.leaseFile, "utf8").catch(() => "")),
    isRunning: () => child !== null && child.pid !== undefined,
    async stop() {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
