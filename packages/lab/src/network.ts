import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { type BladePlan, type HostPlan, networks } from "./plan.ts";

/** The namespaces, bridges and cables of a lab. Nothing leads outside, and nothing is routed between networks. */

export const namespacePath = (name: string) => join("/run/netns", name);

export async function makeNetwork(plan: {
  name: string;
  dir: string;
  blades: readonly BladePlan[];
  hosts: readonly HostPlan[];
}): Promise<void> {
  await makeNamespace(plan.name);
  await batch(plan.name, join(plan.dir, "network.batch"), [
    "link set lo up",
    ...networks.flatMap(({ bridge, prefix }) => [...bridgeLines(bridge), `address add ${prefix}.1/24 dev ${bridge}`]),
    ...plan.blades.flatMap((blade) => [
      `address add ${blade.bmcAddress}/24 dev br-mgmt`,
      ...blade.nics.flatMap((nic) => [`tuntap add dev ${nic.tap} mode tap`, ...portLines(nic.tap, nic.bridge)]),
    ]),
  ]);
  for (const host of plan.hosts) {
    await makeNamespace(host.namespace);
    await batch(plan.name, join(plan.dir, `${host.name}-cables.batch`), [
      ...host.uplinks.flatMap(({ bridge, inside, outside }) => [
        `link add ${outside} type veth peer name ${inside} netns ${host.namespace}`,
        ...portLines(outside, bridge),
      ]),
    ]);
    await batch(host.namespace, join(plan.dir, `${host.name}-network.batch`), [
      "link set lo up",
      ...host.uplinks.flatMap(({ bridge, inside }) => [...bridgeLines(bridge), ...portLines(inside, bridge)]),
      `address add ${host.address}/24 dev br-mgmt`,
    ]);
  }
}

/** The namespaces of this lab that are there: its own and its hosts'. */
export async function findNamespaces(name: string): Promise<string[]> {
  const all = await readdir("/run/netns").catch(() => []);
  return all.filter((entry) => entry === name || entry.startsWith(`${name}.`));
}

export async function namespacePids(namespace: string): Promise<number[]> {
  const text = await run("ip", ["netns", "pids", namespace]).catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}

export async function interfacesIn(namespace: string): Promise<string[]> {
  const text = await run("ip", ["-n", namespace, "-brief", "link", "show"]);
  return text.split("\n").flatMap((line) => line.split(/[\s@]/)[0] || []);
}

async function makeNamespace(name: string): Promise<void> {
  await run("ip", ["netns", "add", name]);
  // A new namespace starts with the settings of the computer it is on, which may well route.
  await run("nsenter", [
    `--net=${namespacePath(name)}`,
    "--",
    "sysctl",
    "-q",
    "-w",
    "net.ipv4.ip_forward=0",
    "net.ipv6.conf.all.forwarding=0",
  ]);
}

const bridgeLines = (bridge: string) => [
  `link add ${bridge} type bridge forward_delay 0 stp_state 0`,
  `link set ${bridge} up`,
];
const portLines = (port: string, bridge: string) => [`link set ${port} master ${bridge}`, `link set ${port} up`];

async function batch(namespace: string, file: string, lines: readonly string[]): Promise<void> {
  await writeFile(file, `${lines.join("\n")}\n`);
  await run("ip", ["-n", namespace, "-batch", file]);
}
