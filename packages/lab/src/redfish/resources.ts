import type { Hardware } from "../hardware.ts";

/** The resources as the DMTF schemas name their properties. Each function makes one resource's body. */

export const ROOT = "/redfish/v1";

export const systemPath = (id: string) => `${ROOT}/Systems/${id}`;
export const managerPath = (id: string) => `${ROOT}/Managers/${id}`;
export const chassisPath = (id: string) => `${ROOT}/Chassis/${id}`;
export const mediaPath = (id: string) => `${managerPath(id)}/VirtualMedia/Cd`;

const link = (path: string) => ({ "@odata.id": path });
const OK = { State: "Enabled", Health: "OK" };
const PAGE = 1_000;

export function collection(
  path: string,
  type: string,
  name: string,
  members: readonly string[],
  skip = 0,
): Record<string, unknown> {
  const page = members.slice(skip, skip + PAGE);
  const more = skip + PAGE < members.length;
  return {
    "@odata.type": `#${type}.${type}`,
    "@odata.id": path,
    Name: name,
    "Members@odata.count": members.length,
    Members: page.map(link),
    ...(more ? { "Members@odata.nextLink": `${path}?$skip=${skip + PAGE}` } : {}),
  };
}

export function serviceRoot(uuid: string): Record<string, unknown> {
  return {
    "@odata.type": "#ServiceRoot.v1_5_0.ServiceRoot",
    "@odata.id": `${ROOT}/`,
    Id: "RootService",
    Name: "Lab management controller",
    RedfishVersion: "1.6.0",
    UUID: uuid,
    Product: "Berth Lab BMC",
    Systems: link(`${ROOT}/Systems`),
    Chassis: link(`${ROOT}/Chassis`),
    Managers: link(`${ROOT}/Managers`),
    SessionService: link(`${ROOT}/SessionService`),
    Links: { Sessions: link(`${ROOT}/SessionService/Sessions`) },
  };
}

export function sessionService(): Record<string, unknown> {
  return {
    "@odata.type": "#SessionService.v1_1_6.SessionService",
    "@odata.id": `${ROOT}/SessionService`,
    Id: "SessionService",
    Name: "Session Service",
    Status: OK,
    ServiceEnabled: true,
    SessionTimeout: 1800,
    Sessions: link(`${ROOT}/SessionService/Sessions`),
  };
}

export function session(id: string, username: string): Record<string, unknown> {
  return {
    "@odata.type": "#Session.v1_2_1.Session",
    "@odata.id": `${ROOT}/SessionService/Sessions/${id}`,
    Id: id,
    Name: "User Session",
    UserName: username,
  };
}

export const RESET_TYPES = [
  "On",
  "ForceOn",
  "ForceOff",
  "GracefulShutdown",
  "ForceRestart",
  "GracefulRestart",
  "PowerCycle",
  "PushPowerButton",
] as const;
export const BOOT_TARGETS = ["None", "Pxe", "Hdd", "Cd"] as const;

const GRAPHICAL_CONSOLE = { ServiceEnabled: true, MaxConcurrentSessions: 4, ConnectTypesSupported: ["KVMIP"] };
export const CONSOLE_PROPERTY = { vnc: "GraphicalConsoleSocket", serial: "SerialConsoleSocket" } as const;

export interface Seen {
  readonly lastResetAt: Date | null;
  readonly onceReadsContinuous: boolean;
}

export function system(hardware: Hardware, seen: Seen): Record<string, unknown> {
  const facts = hardware.facts();
  const boot = hardware.boot.get();
  const path = systemPath(hardware.id);
  return {
    "@odata.type": "#ComputerSystem.v1_13_0.ComputerSystem",
    "@odata.id": path,
    Id: hardware.id,
    Name: hardware.id,
    SystemType: "Physical",
    Manufacturer: facts.manufacturer,
    Model: facts.model,
    SerialNumber: facts.serial,
    UUID: facts.uuid,
    AssetTag: facts.assetTag,
    PowerState: hardware.power() === "on" ? "On" : "Off",
    LastResetTime: seen.lastResetAt?.toISOString() ?? null,
    Status: OK,
    Boot: {
      BootSourceOverrideEnabled: seen.onceReadsContinuous && boot.mode === "Once" ? "Continuous" : boot.mode,
      BootSourceOverrideTarget: boot.target,
      BootSourceOverrideMode: facts.firmware === "uefi" ? "UEFI" : "Legacy",
      "BootSourceOverrideTarget@Redfish.AllowableValues": BOOT_TARGETS,
      "BootSourceOverrideEnabled@Redfish.AllowableValues": ["Disabled", "Once", "Continuous"],
    },
    ProcessorSummary: { Count: 1, CoreCount: facts.cores, Status: OK },
    MemorySummary: { TotalSystemMemoryGiB: facts.memoryMiB / 1024, Status: OK },
    ...(hardware.console.offers.includes("vnc") ? { GraphicalConsole: GRAPHICAL_CONSOLE } : {}),
    ...(hardware.console.offers.includes("serial") ? { SerialConsole: { MaxConcurrentSessions: 16 } } : {}),
    EthernetInterfaces: link(`${path}/EthernetInterfaces`),
    SimpleStorage: link(`${path}/SimpleStorage`),
    Storage: link(`${path}/Storage`),
    Links: { ManagedBy: [link(managerPath(hardware.id))], Chassis: [link(chassisPath(hardware.id))] },
    Actions: {
      "#ComputerSystem.Reset": {
        target: `${path}/Actions/ComputerSystem.Reset`,
        "ResetType@Redfish.AllowableValues": RESET_TYPES,
      },
    },
    // No standard property carries an identity that a profile gives; vendors use their own, and so does the lab.
    Oem: {
      Berth: {
        VirtualUUID: facts.uuid,
        VirtualSerialNumber: facts.serial,
        "@Redfish.WriteableProperties": ["VirtualUUID", "VirtualSerialNumber"],
        // Redfish says that there are consoles, not how to reach them: these are paths of WebSockets.
        ...Object.fromEntries(
          hardware.console.offers.map((kind) => [
            CONSOLE_PROPERTY[kind],
            `${path}/Oem/Berth/${CONSOLE_PROPERTY[kind]}`,
          ]),
        ),
      },
    },
  };
}

export function ethernetInterface(hardware: Hardware, nicId: string): Record<string, unknown> | null {
  const nic = hardware.facts().nics.find((n) => n.id === nicId);
  if (nic === undefined) return null;
  return {
    "@odata.type": "#EthernetInterface.v1_6_0.EthernetInterface",
    "@odata.id": `${systemPath(hardware.id)}/EthernetInterfaces/${nic.id}`,
    Id: nic.id,
    Name: `NIC ${nic.id}`,
    Status: OK,
    MACAddress: nic.mac,
    PermanentMACAddress: nic.permanentMac,
    LinkStatus: hardware.power() === "on" ? "LinkUp" : "NoLink",
    "@Redfish.WriteableProperties": ["MACAddress"],
  };
}

export function storage(hardware: Hardware): Record<string, unknown> {
  const path = `${systemPath(hardware.id)}/Storage/1`;
  return {
    "@odata.type": "#Storage.v1_10_0.Storage",
    "@odata.id": path,
    Id: "1",
    Name: "Local storage",
    Status: OK,
    "Drives@odata.count": hardware.facts().disks.length,
    Drives: hardware.facts().disks.map((disk) => link(`${path}/Drives/${disk.id}`)),
  };
}

export function drive(hardware: Hardware, diskId: string): Record<string, unknown> | null {
  const disk = hardware.facts().disks.find((d) => d.id === diskId);
  if (disk === undefined) return null;
  return {
    "@odata.type": "#Drive.v1_11_0.Drive",
    "@odata.id": `${systemPath(hardware.id)}/Storage/1/Drives/${disk.id}`,
    Id: disk.id,
    Name: disk.id,
    Status: OK,
    CapacityBytes: disk.sizeBytes,
    MediaType: "SSD",
    ...(disk.bus === "nvme" ? { Protocol: "NVMe" } : disk.bus === "scsi" ? { Protocol: "SAS" } : {}),
  };
}

export function simpleStorage(hardware: Hardware): Record<string, unknown> {
  return {
    "@odata.type": "#SimpleStorage.v1_3_0.SimpleStorage",
    "@odata.id": `${systemPath(hardware.id)}/SimpleStorage/1`,
    Id: "1",
    Name: "Local disks",
    Status: OK,
    Devices: hardware.facts().disks.map((disk) => ({ Name: disk.id, CapacityBytes: disk.sizeBytes, Status: OK })),
  };
}

export function manager(hardware: Hardware): Record<string, unknown> {
  const path = managerPath(hardware.id);
  return {
    "@odata.type": "#Manager.v1_9_0.Manager",
    "@odata.id": path,
    Id: hardware.id,
    Name: `Management controller of ${hardware.id}`,
    ManagerType: "BMC",
    FirmwareVersion: "1.0",
    Status: OK,
    PowerState: "On",
    VirtualMedia: link(`${path}/VirtualMedia`),
    Links: { ManagerForServers: [link(systemPath(hardware.id))], ManagerForChassis: [link(chassisPath(hardware.id))] },
  };
}

export function virtualMedia(hardware: Hardware): Record<string, unknown> {
  const media = hardware.media.get();
  const path = mediaPath(hardware.id);
  return {
    "@odata.type": "#VirtualMedia.v1_3_0.VirtualMedia",
    "@odata.id": path,
    Id: "Cd",
    Name: "Virtual CD",
    MediaTypes: ["CD", "DVD"],
    Image: media.image,
    Inserted: media.inserted,
    WriteProtected: true,
    ConnectedVia: media.inserted ? "URI" : "NotConnected",
    Actions: {
      "#VirtualMedia.InsertMedia": { target: `${path}/Actions/VirtualMedia.InsertMedia` },
      "#VirtualMedia.EjectMedia": { target: `${path}/Actions/VirtualMedia.EjectMedia` },
    },
  };
}

export function chassis(hardware: Hardware): Record<string, unknown> {
  const facts = hardware.facts();
  return {
    "@odata.type": "#Chassis.v1_14_0.Chassis",
    "@odata.id": chassisPath(hardware.id),
    Id: hardware.id,
    Name: `Chassis of ${hardware.id}`,
    ChassisType: "Blade",
    Manufacturer: facts.manufacturer,
    Model: facts.model,
    PowerState: hardware.power() === "on" ? "On" : "Off",
    Status: OK,
    Links: { ComputerSystems: [link(systemPath(hardware.id))], ManagedBy: [link(managerPath(hardware.id))] },
  };
}
