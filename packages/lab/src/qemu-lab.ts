import { spawn } from "node:child_process";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { LabDescription, LabStatus } from "@berth/api/lab.ts";
import { z } from "zod";
import { chooseAccelerator, type Verdict } from "./accelerator.ts";
import { BayStatus, BmcAccessList, type ChassisPlan } from "./chassis-protocol.ts";
import type { ControlServer, LabControl } from "./control.ts";
import { serveControl } from "./control.ts";
import { type LabHostProcess, startHost } from "./host.ts";
import { type InsideProcess, startInside } from "./inside.ts";
import { makeNetwork } from "./network.ts";
import { describeLab, ENCLOSURE, labPaths, planBlades, planHosts, SITE } from "./plan.ts";
import { recordProcess } from "./process-records.ts";
import type { LabSpec } from "./spec.ts";
import { sweep } from "./sweep.ts";
import { readTruth } from "./truth.ts";
import { callJson, RefusedCall, RefusedError } from "./unix-http.ts";
import { waitUntil } from "./wait.ts";

const EDGE = fileURLToPath(new URL("../../edge/src/main.ts", import.meta.url));
const CHASSIS = fileURLToPath(new URL("./blade-chassis.ts", import.meta.url));
const SENTINEL = fileURLToPath(new URL("./sentinel.ts", import.meta.url));
const START_DEADLINE_MS = 120_000;
const STOP_GRACE_MS = 15_000;

export interface QemuLab {
  readonly description: LabDescription;
  /** Resolves when all of it is gone, whoever asked. */
  readonly ended: Promise<void>;
  down(): Promise<void>;
}

/**
 * Makes the data centre that the spec describes, out of real QEMU machines, real libvirtd and real networks. The caller
 * holds the lab's name. What fails is taken away again before this rejects.
 */
export async function runQemuLab(spec: LabSpec, onStep: (step: string) => void): Promise<QemuLab> {
  const lab = createLab(spec, onStep);
  try {
    await lab.start();
  } catch (error) {
    await lab.takeAway();
    throw error;
  }
  return lab;
}

function createLab(spec: LabSpec, onStep: (step: string) => void) {
  const paths = labPaths(spec.stateDir, spec.name);
  const blades = planBlades(spec);
  const ended = Promise.withResolvers<void>();
  const state: {
    phase: LabStatus["state"];
    step: string;
    verdict: Verdict | null;
    description: LabDescription | null;
    hosts: LabHostProcess[];
    processes: InsideProcess[];
    control: ControlServer | null;
    taking: Promise<void> | null;
  } = {
    phase: "starting",
    step: "",
    verdict: null,
    description: null,
    hosts: [],
    processes: [],
    control: null,
    taking: null,
  };

  const step = (text: string) => {
    state.step = text;
    onStep(text);
  };

  async function start(): Promise<void> {
    step("clearing away what an earlier lab left");
    await sweep(spec);
    await makeFolders();
    await startSentinel();
    state.control = await serveControl(paths.control, spec.owner, control, () => void end());
    step("asking whether KVM works here");
    state.verdict = spec.accelerator === "tcg" ? FORCED : await chooseAccelerator(spec.cacheDir);
    const { accelerator, reason } = state.verdict;
    step(`machines run on ${accelerator.toUpperCase()}: ${reason}`);
    step("making networks");
    const hosts = planHosts(spec);
    await Promise.all(hosts.map((host) => mkdir(host.dir, { recursive: true, mode: 0o755 })));
    await makeNetwork({ name: spec.name, dir: paths.dir, blades, hosts });
    step(`starting the edge, ${blades.length} blades' management controllers and ${hosts.length} hosts`);
    const [, bmcs] = await Promise.all([startEdge(), startChassis(accelerator), startHosts()]);
    state.description = describeLab(spec, accelerator, bmcs);
    await writeFile(paths.description, `${JSON.stringify(state.description, null, 2)}\n`, { mode: 0o600 });
    await chown(paths.description, spec.owner.uid, spec.owner.gid);
    state.phase = "up";
    step("ready");
  }

  async function makeFolders(): Promise<void> {
    await mkdir(paths.dir, { recursive: true, mode: 0o755 });
    // The first file there: it marks the folder as a lab's, to be removed as a whole.
    await writeFile(paths.spec, JSON.stringify(spec), { mode: 0o600 });
    await mkdir(paths.chassis, { mode: 0o700 });
    await mkdir(paths.edgeState, { mode: 0o700 });
    await mkdir(paths.runtime, { recursive: true, mode: 0o755 });
    await recordProcess(paths.records, "labd", process.pid);
  }

  async function startSentinel(): Promise<void> {
    const sentinel = spawn(process.execPath, [SENTINEL, spec.name, spec.stateDir], {
      stdio: ["pipe", "ignore", "inherit"],
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      sentinel.once("spawn", () => resolve());
      sentinel.once("error", reject);
    });
    await recordProcess(paths.records, "sentinel", z.int().parse(sentinel.pid));
    // It is told of our end by the pipe; nothing is written to it, and it keeps nobody awake.
    sentinel.unref();
  }

  async function startEdge(): Promise<void> {
    const owner = ["--owner-uid", String(spec.owner.uid), "--owner-gid", String(spec.owner.gid)];
    const edge = keep(
      startInside({
        name: "edge",
        namespace: spec.name,
        argv: [
          process.execPath,
          EDGE,
          "--socket",
          paths.edgeSocket,
          "--site",
          SITE,
          ...owner,
          "--state",
          paths.edgeState,
        ],
        log: paths.log,
        env: { TMPDIR: paths.runtime },
      }),
    );
    await untilAnswers(edge, paths.edgeSocket, "/health");
  }

  async function startChassis(accelerator: "kvm" | "tcg") {
    const plan: ChassisPlan = { socket: paths.chassisSocket, accelerator, blades };
    await writeFile(paths.chassisPlan, JSON.stringify(plan), { mode: 0o600 });
    const argv = [process.execPath, CHASSIS, paths.chassisPlan];
    const chassis = keep(startInside({ name: ENCLOSURE, namespace: spec.name, argv, log: paths.log }));
    await untilAnswers(chassis, paths.chassisSocket, "/status");
    return BmcAccessList.parse(await callJson(paths.chassisSocket, "GET", "/access"));
  }

  async function startHosts(): Promise<void> {
    const started = await Promise.allSettled(
      planHosts(spec).map((host) => startHost(host, { owner: spec.owner, log: paths.log })),
    );
    for (const host of started) if (host.status === "fulfilled") state.hosts.push(host.value);
    for (const host of started) if (host.status === "rejected") throw host.reason;
  }

  function keep(process: InsideProcess): InsideProcess {
    state.processes.push(process);
    void process.gone.then(() => {
      if (state.phase !== "up") return;
      state.phase = "failed";
      step(`${process.name} has ended by itself: ${paths.log} may say why`);
    });
    return process;
  }

  function untilAnswers(process: InsideProcess, socket: string, path: string): Promise<void> {
    return waitUntil(
      `${process.name} answers`,
      () => {
        if (!process.isRunning()) throw new Error(`${process.name} ended at once: ${paths.log} says why`);
        return callJson(socket, "GET", path, { timeoutMs: 5_000 }).then(
          () => true,
          () => false,
        );
      },
      { deadlineMs: START_DEADLINE_MS },
    );
  }

  async function readBays(): Promise<BayStatus[]> {
    return z.array(BayStatus).parse(await callJson(paths.chassisSocket, "GET", "/status"));
  }

  async function readFaults(): Promise<Record<string, number>> {
    const holders = [
      ...(await readBays()),
      ...state.hosts.map((host) => ({ name: host.plan.name, faults: host.faults() })),
    ];
    return Object.fromEntries(
      holders.flatMap(({ name, faults }) => Object.entries(faults).map(([kind, count]) => [`${name}/${kind}`, count])),
    );
  }

  async function provokeBlade(target: string, kind: string, count: number): Promise<void> {
    await callJson(paths.chassisSocket, "POST", "/fault", { body: { target, kind, count } }).catch((error: unknown) => {
      if (error instanceof RefusedCall && error.status === 404) throw new RefusedError(404, error.message);
      throw error;
    });
  }

  const needUp = () => {
    if (state.phase !== "up") throw new RefusedError(503, `the lab is ${state.phase}: ${state.step}`);
  };

  const control: LabControl = {
    describe: () => (state.phase === "up" ? state.description : null),
    async status() {
      const isUp = state.phase === "up";
      const bays = isUp ? await readBays() : [];
      const processes = [
        { pid: process.pid, name: "labd" },
        ...state.processes,
        ...state.hosts.flatMap((host) => host.processes()),
        ...bays.flatMap(({ pid, name }) => (pid === null ? [] : [{ pid, name }])),
      ];
      return {
        mode: "qemu",
        state: state.phase,
        step: state.step,
        accelerator: state.verdict?.accelerator ?? "unknown",
        blades: bays.map(({ name, power, pid }) => ({ name, power, pid })),
        hosts: state.hosts.map((host) => ({
          name: host.plan.name,
          state: host.pid() === null ? "stopped" : "running",
          pid: host.pid(),
        })),
        processes: await Promise.all(
          processes.map(async ({ pid, name }) => ({ pid, name, memoryKiB: await memoryKiB(pid) })),
        ),
        faults: isUp ? await readFaults() : {},
      };
    },
    async truth() {
      needUp();
      return await readTruth({ name: spec.name, paths, blades, bays: await readBays(), hosts: state.hosts });
    },
    async provoke({ target, kind, count }) {
      needUp();
      const host = state.hosts.find(({ plan }) => plan.name === target);
      const targets = target === ENCLOSURE ? blades.map(({ name }) => name) : [target];
      if (host === undefined) for (const blade of targets) await provokeBlade(blade, kind, count);
      else await host.provoke(kind, count);
      return await readFaults();
    },
    async clearFaults() {
      needUp();
      for (const fault of Object.keys(await readFaults())) {
        const [target = "", kind = ""] = fault.split("/");
        await control.provoke({ target, kind, count: 0 });
      }
      return await readFaults();
    },
    down: () => stopMachines(),
  };

  async function stopMachines(): Promise<void> {
    state.phase = "stopping";
    step("stopping machines");
    await Promise.all([
      ...state.processes.map((process) => process.end(STOP_GRACE_MS)),
      ...state.hosts.map((host) => host.close()),
    ]);
  }

  /** Once, however often it is asked for. */
  function takeAway(): Promise<void> {
    state.taking ??= (async () => {
      await stopMachines();
      await state.control?.close();
      await sweep(spec);
    })();
    return state.taking;
  }

  async function end(): Promise<void> {
    await takeAway();
    ended.resolve();
  }

  return {
    start,
    takeAway,
    ended: ended.promise,
    down: end,
    get description(): LabDescription {
      if (state.description === null) throw new Error("the lab is not up");
      return state.description;
    },
  };
}

const FORCED: Verdict = { kernel: "", accelerator: "tcg", reason: "as it was asked for" };

async function memoryKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}
