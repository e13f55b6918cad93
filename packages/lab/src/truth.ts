import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DhcpStatus } from "@berth/api/edge.ts";
import type { LabTruth } from "@berth/api/lab.ts";
import type { BayStatus } from "./chassis-protocol.ts";
import type { LabHostProcess } from "./host.ts";
import { interfacesIn, namespacePids } from "./network.ts";
import { type BladePlan, type HostPlan, type LabPaths, networks } from "./plan.ts";
import { bladeFiles } from "./qemu/arguments.ts";
import { callJson } from "./unix-http.ts";

/** What is really there: processes, files and interfaces are looked at, and nobody's records believed. */
export async function readTruth(lab: {
  name: string;
  paths: LabPaths;
  blades: readonly BladePlan[];
  bays: readonly BayStatus[];
  hosts: readonly LabHostProcess[];
}): Promise<LabTruth> {
  const own = new Set(["lo", ...networks.map(({ bridge }) => bridge)]);
  for (const blade of lab.blades) for (const nic of blade.nics) own.add(nic.tap);
  for (const { plan } of lab.hosts) for (const { outside } of plan.uplinks) own.add(outside);
  const strangers = (await interfacesIn(lab.name)).filter((name) => !own.has(name));
  const dhcp = DhcpStatus.parse(await callJson(lab.paths.edgeSocket, "GET", "/dhcp"));
  return {
    blades: await Promise.all(lab.blades.map((blade) => bladeTruth(blade, lab.bays))),
    hosts: await Promise.all(
      lab.hosts.map(async (host) => ({
        name: host.plan.name,
        domains: await domainsOf(host.plan),
        volumes: await volumesOf(host.poolFolder()),
      })),
    ),
    guestInterfaces: [...strangers, ...(await Promise.all(lab.hosts.map(({ plan }) => tapsOf(plan)))).flat()].sort(),
    dhcpHosts: dhcp.hosts.map(({ mac, ip, hostname }) => ({ mac, ip, hostname })),
  };
}

async function bladeTruth(blade: BladePlan, bays: readonly BayStatus[]): Promise<LabTruth["blades"][number]> {
  const { disk } = bladeFiles(blade.dir);
  const pid = bays.find(({ name }) => name === blade.name)?.pid ?? null;
  return {
    name: blade.name,
    power: pid !== null && (await isThere(`/proc/${pid}`)) ? "on" : "off",
    disk: await lookAtDisk(disk),
    diskAllocatedBytes: (await stat(disk)).blocks * 512,
  };
}

/** An MBR's signature stands at 510; a GPT has a protective MBR (UEFI 2.10, 5.2.3). */
async function lookAtDisk(path: string): Promise<LabTruth["blades"][number]["disk"]> {
  const start = Buffer.alloc(1024 * 1024);
  const file = await open(path, "r");
  try {
    await file.read(start, 0, start.length, 0);
  } finally {
    await file.close();
  }
  if (start.readUInt16LE(510) === 0xaa55) return "partitioned";
  return start.every((byte) => byte === 0) ? "blank" : "other";
}

async function domainsOf(host: HostPlan): Promise<LabTruth["hosts"][number]["domains"]> {
  const defined = await xmlNames(join(host.dir, "etc/libvirt/qemu"));
  const known = await xmlNames(join(host.dir, "run/libvirt/qemu"));
  const running = new Set(await runningGuests(host.namespace));
  const names = [...new Set([...defined, ...known, ...running])].sort();
  return names.map((name) => ({ name, state: running.has(name) ? "running" : "off" }));
}

async function xmlNames(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.filter((file) => file.endsWith(".xml")).map((file) => file.slice(0, -".xml".length));
}

/** libvirt starts QEMU with `-name guest=NAME,...`, a comma in the name doubled. */
async function runningGuests(namespace: string): Promise<string[]> {
  const names: string[] = [];
  for (const pid of await namespacePids(namespace)) {
    const argv = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
    const name = /^guest=((?:[^,]|,,)+)/.exec(argv[argv.indexOf("-name") + 1] ?? "")?.[1];
    if (name !== undefined) names.push(name.replaceAll(",,", ","));
  }
  return names;
}

async function volumesOf(folder: string): Promise<LabTruth["hosts"][number]["volumes"]> {
  const names = (await readdir(folder)).sort();
  return await Promise.all(names.map(async (name) => ({ name, sizeBytes: (await stat(join(folder, name))).size })));
}

async function tapsOf(host: HostPlan): Promise<string[]> {
  const own = new Set(["lo", ...host.uplinks.flatMap(({ bridge, inside }) => [bridge, inside])]);
  return (await interfacesIn(host.namespace)).filter((name) => !own.has(name)).map((name) => `${host.name}/${name}`);
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
