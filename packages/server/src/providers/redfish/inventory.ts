import type { Call, Inventory, MachineFacts } from "../provider.ts";
import type { Read, RedfishClient } from "./client.ts";
import { at, linkOf, listAt, numberAt, textAt } from "./links.ts";
import { quirksOf } from "./quirks.ts";
import type { Systems } from "./system.ts";

/** No machine has more of one kind; what a BMC lists beyond is not read. */
const MAX_PARTS = 256;

type Nic = MachineFacts["nics"][number];
type Disk = MachineFacts["disks"][number];

export function redfishInventory(client: RedfishClient, systems: Systems): Inventory {
  /** Members that are listed but not there are passed over: recorded and real trees have such holes. */
  async function readAll(links: readonly unknown[], call: Call): Promise<Read[]> {
    const reads: Read[] = [];
    for (const link of links.slice(0, MAX_PARTS)) {
      const read = await client.find(link, call.signal);
      if (read !== null) reads.push(read);
    }
    return reads;
  }

  async function readMembers(holder: unknown, key: string, call: Call): Promise<Read[]> {
    const link = linkOf(at(holder, key));
    if (link === null || (await client.find(link, call.signal)) === null) return [];
    return await readAll(await client.members(link, call.signal), call);
  }

  async function nicsOfChassis(system: Read, call: Call): Promise<Nic[]> {
    const nics = new Map<string, Nic>();
    for (const chassis of await readAll(
      listAt(system.body, "Links", "Chassis")
        .map(linkOf)
        .filter((l) => l !== null),
      call,
    )) {
      for (const adapter of await readMembers(chassis.body, "NetworkAdapters", call)) {
        const functions = await readMembers(adapter.body, "NetworkDeviceFunctions", call);
        const ports = await readMembers(adapter.body, "Ports", call);
        for (const part of [...functions, ...ports]) {
          const nic = nicOf(part);
          if (nic !== null && ![...nics.values()].some((n) => n.mac === nic.mac)) nics.set(nic.id, nic);
        }
      }
    }
    return [...nics.values()];
  }

  async function nicsOf(system: Read, call: Call): Promise<Nic[]> {
    const quirks = quirksOf({ manufacturer: textAt(system.body, "Manufacturer"), model: textAt(system.body, "Model") });
    const own = (await readMembers(system.body, "EthernetInterfaces", call)).map(nicOf).filter((n) => n !== null);
    return own.length === 0 && quirks.nicsUnderChassis ? await nicsOfChassis(system, call) : own;
  }

  async function disksOf(system: Read, call: Call): Promise<Disk[]> {
    const stores = await readMembers(system.body, "Storage", call);
    const drives = await readAll(
      stores.flatMap((s) =>
        listAt(s.body, "Drives")
          .map(linkOf)
          .filter((l) => l !== null),
      ),
      call,
    );
    const disks = drives
      .map((d) => diskOf(textAt(d.body, "Id"), numberAt(d.body, "CapacityBytes")))
      .filter((d) => d !== null);
    if (disks.length > 0) return disks;
    const simple = await readMembers(system.body, "SimpleStorage", call);
    return simple
      .flatMap((s) => listAt(s.body, "Devices").slice(0, MAX_PARTS))
      .map((device) => diskOf(textAt(device, "Name"), numberAt(device, "CapacityBytes")))
      .filter((d) => d !== null);
  }

  async function coresOf(system: Read, call: Call): Promise<number> {
    const summed = numberAt(system.body, "ProcessorSummary", "CoreCount");
    if (summed !== null) return summed;
    const processors = await readMembers(system.body, "Processors", call);
    return processors
      .filter((p) => at(p.body, "ProcessorType") === "CPU" || at(p.body, "ProcessorType") === undefined)
      .reduce((sum, p) => sum + (numberAt(p.body, "TotalCores") ?? 0), 0);
  }

  return {
    async systems(call) {
      const members = await client.members(await systems.collection(call), call.signal);
      return members.map((link) => decodeURIComponent(String(link).replace(/\/+$/, "").split("/").at(-1) ?? ""));
    },
    async inspect(machine, call) {
      const system = await systems.read(machine, call);
      const { body } = system;
      return {
        manufacturer: textAt(body, "Manufacturer"),
        model: textAt(body, "Model"),
        serial: textAt(body, "SerialNumber"),
        uuid: uuidOf(textAt(body, "UUID")),
        assetTag: textAt(body, "AssetTag"),
        firmware: firmwareOf(textAt(body, "Boot", "BootSourceOverrideMode")),
        cores: await coresOf(system, call),
        memoryMiB: Math.round((numberAt(body, "MemorySummary", "TotalSystemMemoryGiB") ?? 0) * 1024),
        nics: await nicsOf(system, call),
        disks: await disksOf(system, call),
        health: healthOf(textAt(body, "Status", "HealthRollup") ?? textAt(body, "Status", "Health")),
      };
    },
  };
}

export function macOf(text: string | null): string | null {
  const plain = (text ?? "").toLowerCase().replaceAll("-", ":");
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(plain) && plain !== "00:00:00:00:00:00" ? plain : null;
}

export function uuidOf(text: string | null): string | null {
  const plain = (text ?? "").toLowerCase();
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(plain) ? plain : null;
}

function nicOf(read: Read): Nic | null {
  const { body } = read;
  const associated = listAt(body, "AssociatedNetworkAddresses")[0];
  const ethernet = listAt(body, "Ethernet", "AssociatedMACAddresses")[0];
  const candidates = [
    textAt(body, "MACAddress"),
    textAt(body, "PermanentMACAddress"),
    textAt(body, "Ethernet", "MACAddress"),
    textAt(body, "Ethernet", "PermanentMACAddress"),
    typeof ethernet === "string" ? ethernet : null,
    typeof associated === "string" ? associated : null,
  ];
  const mac = candidates.map(macOf).find((m) => m !== null) ?? null;
  const id = textAt(body, "Id");
  if (mac === null || id === null) return null;
  const link = textAt(body, "LinkStatus");
  return { id, mac, linkUp: link === null ? null : link === "LinkUp" || link === "Up" };
}

function diskOf(id: string | null, sizeBytes: number | null): Disk | null {
  return id === null || sizeBytes === null || sizeBytes === 0 ? null : { id, sizeBytes };
}

function firmwareOf(mode: string | null): MachineFacts["firmware"] {
  if (mode === "UEFI") return "uefi";
  return mode === "Legacy" ? "bios" : null;
}

function healthOf(health: string | null): MachineFacts["health"] {
  switch (health) {
    case "OK":
      return "ok";
    case "Warning":
      return "warning";
    case "Critical":
      return "critical";
    default:
      return "unknown";
  }
}
