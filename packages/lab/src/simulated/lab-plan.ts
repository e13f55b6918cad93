import type { LabDescription } from "@berth/api/lab.ts";
import { z } from "zod";
import { idOf } from "./blade.ts";
import { SPEEDS } from "./clock.ts";
import type { SimHardwareSpec } from "./sim-hardware.ts";
import { POOL } from "./sim-host.ts";

/** All that a simulated lab is made from. */
export const SimulatedLabOptions = z.strictObject({
  stateDir: z.string().startsWith("/"),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and hyphens, at most 31")
    .default("berth-lab"),
  blades: z.int().min(0).max(20_000).default(3),
  bladeCores: z.int().min(1).default(8),
  bladeMemoryMiB: z.int().min(256).default(16_384),
  bladeDiskGiB: z.int().min(1).default(64),
  hosts: z.int().min(0).max(1_000).default(2),
  hostCores: z.int().min(1).default(16),
  hostMemoryMiB: z.int().min(256).default(65_536),
  hostStorageGiB: z.int().min(1).default(512),
  speed: z.enum(["instant", "fast", "real"]).default("fast"),
});
export type SimulatedLabOptions = z.input<typeof SimulatedLabOptions>;
export type SimulatedLabSpec = z.output<typeof SimulatedLabOptions>;

export const SITE = "lab";
export const BRIDGES = { lan: "br-lan", storage: "br-storage" } as const;
const BAYS = 16;
/** More machines than that do not find addresses in a /24. */
const SMALL = 100;

export interface BladePlan {
  readonly enclosure: string;
  readonly bay: number;
  readonly hardware: SimHardwareSpec;
}

export function speedOf(spec: SimulatedLabSpec): number {
  return SPEEDS[spec.speed];
}

/** Names, addresses and serial numbers are the same each time a lab of that name is made. */
export function planSimulatedBlades(spec: SimulatedLabSpec): BladePlan[] {
  return Array.from({ length: spec.blades }, (_, index) => {
    const enclosure = `enc${Math.floor(index / BAYS) + 1}`;
    const bay = (index % BAYS) + 1;
    const name = `${enclosure}-bay${bay}`;
    const uuid = idOf(`${spec.name}/${name}`);
    const mac = (nic: number) => `52:54:5b:${hex(index >> 8)}:${hex(index & 255)}:${hex(nic)}`;
    return {
      enclosure,
      bay,
      hardware: {
        id: name,
        manufacturer: "Berth",
        model: "Simulated blade",
        serial: `SIM${String(index + 1).padStart(5, "0")}${uuid.slice(0, 4).toUpperCase()}`,
        uuid,
        assetTag: name,
        firmware: index % 3 === 2 ? "uefi" : "bios",
        cores: spec.bladeCores,
        memoryMiB: spec.bladeMemoryMiB,
        nics: [
          { id: "nic1", mac: mac(1) },
          { id: "nic2", mac: mac(2) },
        ],
        disks: [{ id: "disk1", sizeBytes: spec.bladeDiskGiB * 1024 ** 3, bus: "virtio" }],
      },
    };
  });
}

export function planSimulatedHosts(spec: SimulatedLabSpec) {
  const size = { cores: spec.hostCores, memoryMiB: spec.hostMemoryMiB, storageGiB: spec.hostStorageGiB };
  return Array.from({ length: spec.hosts }, (_, index) => ({ name: `sim${index + 1}`, ...size }));
}

interface Access {
  readonly edgeSocket: string;
  readonly hostsSocket: string;
  readonly bmc: { readonly url: string; readonly username: string; readonly password: string; readonly sha256: string };
}

export function describeSimulatedLab(spec: SimulatedLabSpec, access: Access): LabDescription {
  const blades = planSimulatedBlades(spec);
  const enclosures = Map.groupBy(blades, ({ enclosure }) => enclosure);
  return {
    mode: "simulated",
    state: "up",
    name: spec.name,
    site: { name: SITE, edgeSocket: access.edgeSocket },
    networks: networksOf(spec),
    enclosures: [...enclosures].map(([name, bays]) => ({
      name,
      model: "Simulated enclosure",
      bays: BAYS,
      blades: bays.map(({ bay, hardware }) => ({
        bay,
        name: hardware.id,
        provider: "redfish" as const,
        endpoint: access.bmc.url,
        systemId: hardware.id,
        username: access.bmc.username,
        password: access.bmc.password,
        certificateSha256: access.bmc.sha256,
        firmware: hardware.firmware,
        nics: hardware.nics.map(({ id, mac }, nic) => ({ id, mac, network: nic === 0 ? "lan" : "storage" })),
      })),
    })),
    hosts: planSimulatedHosts(spec).map(({ name }) => ({
      name,
      provider: "memory" as const,
      settings: { socket: access.hostsSocket, host: name },
      storagePool: POOL,
      bridges: BRIDGES,
    })),
  };
}

function networksOf(spec: SimulatedLabSpec): LabDescription["networks"] {
  const isSmall = spec.blades + 20 * spec.hosts <= SMALL;
  const plain = { dns: [], vlan: null };
  const range = (kind: "automatic" | "discovery", start: string, end: string) => ({ kind, start, end });
  const management = {
    ...plain,
    name: "management",
    cidr: "10.77.0.0/24",
    gateway: null,
    bridge: "br-mgmt",
    pxe: false,
    edgeAddress: "10.77.0.1",
    ranges: [],
  };
  const lan = { ...plain, name: "lan", bridge: BRIDGES.lan, pxe: true };
  const storage = { ...plain, name: "storage", gateway: null, bridge: BRIDGES.storage, pxe: false };
  if (isSmall)
    return [
      management,
      {
        ...lan,
        cidr: "10.77.1.0/24",
        gateway: "10.77.1.1",
        edgeAddress: "10.77.1.1",
        ranges: [range("automatic", "10.77.1.20", "10.77.1.199"), range("discovery", "10.77.1.200", "10.77.1.249")],
      },
      {
        ...storage,
        cidr: "10.77.2.0/24",
        edgeAddress: "10.77.2.1",
        ranges: [range("automatic", "10.77.2.20", "10.77.2.199")],
      },
    ];
  return [
    management,
    {
      ...lan,
      cidr: "10.78.0.0/16",
      gateway: "10.78.0.1",
      edgeAddress: "10.78.0.1",
      ranges: [range("automatic", "10.78.1.0", "10.78.199.255"), range("discovery", "10.78.200.0", "10.78.249.255")],
    },
    {
      ...storage,
      cidr: "10.79.0.0/16",
      edgeAddress: "10.79.0.1",
      ranges: [range("automatic", "10.79.1.0", "10.79.249.255")],
    },
  ];
}

function hex(value: number): string {
  return value.toString(16).padStart(2, "0");
}
