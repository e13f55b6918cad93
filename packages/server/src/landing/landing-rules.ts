import type { VolumeRef } from "../providers/provider.ts";
import { installDeployment, seedVolume, vmName, wipeDeployment } from "../servers/rules.ts";
import type { ServerRow } from "../servers/store.ts";
import type { BladeProvision } from "./blade-provision.ts";
import type { BladeRetire } from "./blade-retire.ts";
import type { VmProvision } from "./vm-provision.ts";
import type { VmRetire } from "./vm-retire.ts";

const GIB = 1024 ** 3;

/** Where VMs of a host live. */
export interface HostPlace {
  readonly id: string;
  readonly storagePool: string;
  /** Network name to bridge. */
  readonly bridges: Readonly<Record<string, string>>;
}

/** An image as a read-only volume on a host. */
export interface PlacedImage {
  readonly id: string;
  readonly volume: string;
  readonly rawBytes: number;
}

/** What a VM will be on its host, with every name chosen. */
export function vmPlan(server: ServerRow, host: HostPlace, image: PlacedImage): VmProvision {
  const disks = server.disks.map((disk) => ({
    pool: host.storagePool,
    name: disk.volume,
    format: "qcow2" as const,
    capacityBytes: Math.max(disk.sizeGiB * GIB, disk.role === "boot" ? image.rawBytes : 0),
    base: disk.role === "boot" ? { name: image.volume, format: "raw" as const } : null,
  }));
  const seed: VolumeRef = { pool: host.storagePool, name: seedVolume(server.id) };
  return {
    serverId: server.id,
    hostId: host.id,
    imageId: server.image_id,
    disks,
    seed,
    vm: {
      name: vmName(server.id),
      uuid: server.uuid,
      serial: server.serial,
      cores: server.cores,
      memoryMiB: server.memory_mib,
      firmware: server.firmware === "uefi" ? "uefi" : "bios",
      disks: [
        ...disks.map((disk) => ({
          volume: { pool: disk.pool, name: disk.name },
          format: disk.format,
          readOnly: false,
        })),
        { volume: seed, format: "raw" as const, readOnly: true },
      ],
      nics: server.nics.map((nic) => ({ mac: nic.mac, bridge: bridgeOf(host, nic.network) })),
      metadata: { serverId: server.id, token: server.id },
    },
  };
}

function bridgeOf(host: HostPlace, network: string): string {
  const bridge = host.bridges[network];
  // Placement takes only hosts that have a bridge for every network of the server.
  if (bridge === undefined) throw new Error(`the host has no bridge for network ${network}`);
  return bridge;
}

/** The profile's MACs go on to the machine's NICs in their order. */
export function bladePlan(server: ServerRow, machine: { id: string; nics: readonly { id: string }[] }): BladeProvision {
  const macs = server.nics.flatMap((nic, index) => {
    const port = machine.nics[index];
    return port === undefined ? [] : [{ nic: port.id, mac: nic.mac }];
  });
  return {
    serverId: server.id,
    machineId: machine.id,
    identity: { uuid: server.uuid, serial: server.serial, macs },
    installId: installDeployment(server.id),
    wipeId: wipeDeployment(server.id),
  };
}

export function vmRetirement(server: ServerRow, host: HostPlace): VmRetire {
  const names = [...server.disks.map((disk) => disk.volume), seedVolume(server.id)];
  return {
    serverId: server.id,
    hostId: host.id,
    vm: vmName(server.id),
    volumes: names.map((name) => ({ pool: host.storagePool, name })),
  };
}

export function bladeRetirement(server: ServerRow, machineId: string): BladeRetire {
  return {
    serverId: server.id,
    machineId,
    installId: installDeployment(server.id),
    wipeId: wipeDeployment(server.id),
  };
}
