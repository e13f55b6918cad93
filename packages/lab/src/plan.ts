import { createHash } from "node:crypto";
import { join } from "node:path";
import type { LabDescription } from "@berth/api/lab.ts";
import type { BladeSpec, HostSpec, LabSpec } from "./spec.ts";

/** Every name and address of a lab follows from its spec, before anything is made. */

export const networks = [
  { name: "management", bridge: "br-mgmt", prefix: "10.77.0", pxe: false },
  { name: "lan", bridge: "br-lan", prefix: "10.77.1", pxe: true },
  { name: "storage", bridge: "br-storage", prefix: "10.77.2", pxe: false },
] as const;

export const SITE = "lab";
export const ENCLOSURE = "enc1";
const FIRST_BMC = 101;
const FIRST_HOST = 11;

export type LabPaths = ReturnType<typeof labPaths>;

/** `dir` is the lab's own folder and nobody else's: it is removed as a whole. */
export function labPaths(stateDir: string, name: string) {
  const dir = join(stateDir, "lab");
  return {
    dir,
    spec: join(dir, "spec.json"),
    description: join(dir, "lab.json"),
    /** Beside the folder, so that it outlives a lab that failed. */
    log: join(stateDir, "lab.log"),
    control: join(dir, "labd.sock"),
    edgeSocket: join(dir, "edge.sock"),
    edgeState: join(dir, "edge"),
    chassis: join(dir, ENCLOSURE),
    chassisPlan: join(dir, ENCLOSURE, "plan.json"),
    chassisSocket: join(dir, ENCLOSURE, "chassis.sock"),
    /** Root's own, so that nobody else says which processes root ends; also where dnsmasq's user may go. */
    runtime: join("/run/berth-labs", name),
    records: join("/run/berth-labs", name, "processes.jsonl"),
  };
}

export type BladePlan = BladeSpec & {
  name: string;
  bay: number;
  dir: string;
  bmcAddress: string;
  uuid: string;
  serial: string;
  nics: { id: string; mac: string; tap: string; network: string; bridge: string }[];
};

export function planBlades(spec: LabSpec): BladePlan[] {
  const { chassis } = labPaths(spec.stateDir, spec.name);
  return spec.blades.map((blade, index) => {
    const bay = index + 1;
    const name = `${ENCLOSURE}-bay${bay}`;
    return {
      ...blade,
      name,
      bay,
      dir: join(chassis, `bay${bay}`),
      bmcAddress: `10.77.0.${FIRST_BMC + index}`,
      uuid: uuidOf(`${spec.name}/${name}`),
      serial: `LAB${hex(bay)}${uuidOf(`${spec.name}/${name}`).slice(0, 6).toUpperCase()}`,
      nics: networks
        .filter((network) => network.name !== "management")
        .map((network, nic) => ({
          id: `nic${nic + 1}`,
          mac: `52:54:00:4d:${hex(bay)}:${hex(nic + 1)}`,
          tap: `bay${bay}-nic${nic + 1}`,
          network: network.name,
          bridge: network.bridge,
        })),
    };
  });
}

export type HostPlan = HostSpec & {
  name: string;
  namespace: string;
  dir: string;
  socket: string;
  address: string;
  uplinks: Uplink[];
};
export type Uplink = { bridge: string; inside: string; outside: string };

/** Each host has a network namespace of its own, as a computer has a network of its own: names of taps never meet. */
export function planHosts(spec: LabSpec): HostPlan[] {
  const { dir } = labPaths(spec.stateDir, spec.name);
  return spec.hosts.map((host, index) => {
    const name = `kvm${index + 1}`;
    return {
      ...host,
      name,
      namespace: `${spec.name}.${name}`,
      dir: join(dir, name),
      socket: join(dir, name, "run/libvirt/libvirt-sock"),
      address: `10.77.0.${FIRST_HOST + index}`,
      uplinks: networks.map(({ bridge }) => ({
        bridge,
        inside: bridge.replace("br-", "up-"),
        outside: `${name}-${bridge.replace("br-", "")}`,
      })),
    };
  });
}

export type BmcAccess = { blade: string; url: string; username: string; password: string; sha256: string };

export function describeLab(spec: LabSpec, accelerator: "kvm" | "tcg", bmcs: readonly BmcAccess[]): LabDescription {
  const paths = labPaths(spec.stateDir, spec.name);
  const blades = planBlades(spec);
  return {
    mode: "qemu",
    state: "up",
    name: spec.name,
    site: { name: SITE, edgeSocket: paths.edgeSocket },
    networks: networks.map((network) => ({
      name: network.name,
      cidr: `${network.prefix}.0/24`,
      // Nothing is routed; machines get the edge as gateway where they boot, as in a site with a gateway.
      gateway: network.pxe ? `${network.prefix}.1` : null,
      dns: [],
      bridge: network.bridge,
      vlan: null,
      pxe: network.pxe,
      edgeAddress: `${network.prefix}.1`,
      ranges: rangesOf(network),
    })),
    enclosures: [
      {
        name: ENCLOSURE,
        model: "Berth Lab Enclosure",
        bays: Math.max(blades.length, 1),
        blades: blades.flatMap((blade) =>
          bmcs
            .filter((bmc) => bmc.blade === blade.name)
            .map((bmc) => ({
              bay: blade.bay,
              name: blade.name,
              provider: "redfish" as const,
              endpoint: bmc.url,
              systemId: blade.name,
              username: bmc.username,
              password: bmc.password,
              certificateSha256: bmc.sha256,
              firmware: blade.firmware,
              nics: blade.nics.map(({ id, mac, network }) => ({ id, mac, network })),
            })),
        ),
      },
    ],
    hosts: planHosts(spec).map((host) => ({
      name: host.name,
      provider: "libvirt" as const,
      settings: {
        uri: "qemu:///system",
        transport: "unix",
        socket: host.socket,
        storagePool: STORAGE_POOL,
        technique: accelerator === "kvm" ? "kvm" : "qemu",
        diskCache: "unsafe",
        screenAddress: host.address,
        coresLimit: host.cores,
        memoryLimitMiB: host.memoryMiB,
      },
      storagePool: STORAGE_POOL,
      bridges: { lan: "br-lan", storage: "br-storage" },
    })),
  };
}

export const STORAGE_POOL = "berth";

function rangesOf(network: (typeof networks)[number]) {
  if (network.name === "management") return [];
  const automatic = { kind: "automatic" as const, start: `${network.prefix}.20`, end: `${network.prefix}.199` };
  if (!network.pxe) return [automatic];
  return [automatic, { kind: "discovery" as const, start: `${network.prefix}.200`, end: `${network.prefix}.249` }];
}

const hex = (value: number) => value.toString(16).padStart(2, "0");

/** A UUID that is the same each time the lab is made (version 8, RFC 9562). */
function uuidOf(text: string): string {
  const digits = createHash("sha256").update(text).digest("hex");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
