import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabDescription, LabStatus, LabTruth } from "@berth/api/lab.ts";
import { type LabControl, serveControl } from "../control.ts";
import { labPaths } from "../plan.ts";
import { selfSignedCertificate } from "../redfish/certificate.ts";
import { redfishFaultBox } from "../redfish/faults.ts";
import { startRedfishServer } from "../redfish/server.ts";
import { callJson } from "../unix-http.ts";
import { type Blade, simBlade } from "./blade.ts";
import { labClock } from "./clock.ts";
import { serveSimulatedEdge } from "./edge.ts";
import { guestBook } from "./guest.ts";
import { hostFaultBox } from "./host-faults.ts";
import { type ServedHost, serveHosts } from "./host-service.ts";
import { clearFaults, type Faulty, pendingFaults, provoke } from "./lab-faults.ts";
import {
  BRIDGES,
  describeSimulatedLab,
  planSimulatedBlades,
  planSimulatedHosts,
  SITE,
  SimulatedLabOptions,
  speedOf,
} from "./lab-plan.ts";
import { simHost } from "./sim-host.ts";
import { createSite } from "./site.ts";

export interface SimulatedLab {
  readonly description: LabDescription;
  readonly blades: ReadonlyMap<string, Blade>;
  readonly hosts: ReadonlyMap<string, ServedHost>;
  /** Resolves when it is gone, whoever asked. */
  readonly ended: Promise<void>;
  down(): Promise<void>;
}

/** A data centre in one process: everything on the wire is real, and behind it there are records. */
export async function runSimulatedLab(options: SimulatedLabOptions): Promise<SimulatedLab> {
  const spec = SimulatedLabOptions.parse(options);
  const paths = labPaths(spec.stateDir, spec.name);
  await refuseSecond(paths.control);
  await mkdir(paths.dir, { recursive: true, mode: 0o700 });
  // The first file there: it marks the folder as a lab's, to be removed as a whole.
  await writeFile(paths.spec, JSON.stringify(spec), { mode: 0o600 });

  const site = createSite(SITE);
  const clock = labClock(speedOf(spec));
  const guests = guestBook();
  const blades = new Map(
    planSimulatedBlades(spec).map(({ hardware }) => [
      hardware.id,
      simBlade(hardware, { site, clock, guests, seed: spec.name }),
    ]),
  );
  const bridges = Object.values(BRIDGES);
  const hosts = new Map(
    planSimulatedHosts(spec).map((host) => [
      host.name,
      { host: simHost(host, { site, clock, guests, bridges, seed: spec.name }), faults: hostFaultBox() },
    ]),
  );

  const credentials = { username: "admin", password: randomBytes(12).toString("base64url") };
  const certificate = selfSignedCertificate("simulated-bmc", new Date());
  const redfish = redfishFaultBox();
  const bmc = await startRedfishServer({
    hardware: [...blades.values()].map(({ hardware }) => hardware),
    listen: { host: "127.0.0.1", port: 0 },
    tls: certificate,
    credentials,
    faults: redfish,
  });
  const hostsSocket = join(paths.dir, "hosts.sock");
  const hostService = await serveHosts(hostsSocket, hosts);
  const edge = await serveSimulatedEdge({
    socket: paths.edgeSocket,
    site,
    guests,
    bmc: { host: "127.0.0.1", port: bmc.port },
  });
  const description = describeSimulatedLab(spec, {
    edgeSocket: paths.edgeSocket,
    hostsSocket,
    bmc: { url: bmc.url, ...credentials, sha256: certificate.sha256 },
  });

  const faulty: Faulty = {
    blades,
    hosts,
    redfish,
    enclosures: new Map(description.enclosures.map(({ name, blades }) => [name, blades.map((blade) => blade.name)])),
    restartHost: (name) => hostService.restart(name),
  };
  const ended = Promise.withResolvers<void>();
  const state = { isStopping: false };

  const control: LabControl = {
    describe: () => (state.isStopping ? null : description),
    status: async () => statusOf(faulty, state.isStopping),
    truth: async () => truthOf(faulty, site.dhcp().hosts),
    async provoke(fault) {
      provoke(faulty, fault);
      return pendingFaults(faulty);
    },
    async clearFaults() {
      clearFaults(faulty);
      return pendingFaults(faulty);
    },
    down: () => stopMachines(),
  };

  async function stopMachines(): Promise<void> {
    if (state.isStopping) return;
    state.isStopping = true;
    for (const { hardware } of blades.values()) await hardware.turnOff();
    for (const { host } of hosts.values()) host.close();
    site.close();
    await Promise.all([bmc.close(), hostService.close(), edge.close()]);
  }

  async function end(): Promise<void> {
    await stopMachines();
    await controlServer.close();
    await rm(paths.dir, { recursive: true, force: true });
    ended.resolve();
  }

  const controlServer = await serveControl(paths.control, null, control, () => void end());
  // In one piece and last: whoever finds it finds the lab up.
  await writeFile(`${paths.description}.next`, JSON.stringify(description, null, 2), { mode: 0o600 });
  await rename(`${paths.description}.next`, paths.description);
  return { description, blades, hosts, ended: ended.promise, down: end };
}

async function refuseSecond(socketPath: string): Promise<void> {
  const isThere = await callJson(socketPath, "GET", "/status", { timeoutMs: 5_000 }).then(
    () => true,
    () => false,
  );
  if (isThere) throw new Error(`a lab is already running there: ${socketPath}`);
}

function statusOf(lab: Faulty, isStopping: boolean): LabStatus {
  const { rss } = process.memoryUsage();
  return {
    mode: "simulated",
    state: isStopping ? "stopping" : "up",
    step: isStopping ? "stopping machines" : "ready",
    accelerator: "none",
    blades: [...lab.blades.values()].map(({ hardware }) => ({ name: hardware.id, power: hardware.power(), pid: null })),
    hosts: [...lab.hosts.keys()].map((name) => ({ name, state: "running", pid: null })),
    processes: [{ pid: process.pid, name: "simulated lab", memoryKiB: Math.round(rss / 1024) }],
    faults: pendingFaults(lab),
  };
}

function truthOf(lab: Faulty, dhcpHosts: LabTruth["dhcpHosts"]): LabTruth {
  const hosts = [...lab.hosts.values()].map(({ host }) => ({
    name: host.name,
    vms: host.list(),
    volumes: host.volumes.list(),
  }));
  return {
    blades: [...lab.blades.values()].map((blade) => ({
      name: blade.hardware.id,
      power: blade.hardware.power(),
      disk: blade.disk() === null ? "blank" : "partitioned",
      diskAllocatedBytes: blade.disk()?.rawBytes ?? 0,
    })),
    hosts: hosts.map(({ name, vms, volumes }) => ({
      name,
      domains: vms.map((vm) => ({ name: vm.name, state: vm.power === "on" ? "running" : "off" })),
      volumes: volumes.map((volume) => ({ name: volume.name, sizeBytes: volume.capacityBytes })),
    })),
    // As taps, they are there while their VM is on.
    guestInterfaces: hosts.flatMap(({ name, vms }) =>
      vms.flatMap((vm) => (vm.power === "on" ? vm.macs.map((mac) => `${name}/${vm.name}/${mac}`) : [])),
    ),
    dhcpHosts,
  };
}
