import type { Hardware } from "../hardware.ts";
import type { RedfishFaults } from "./faults.ts";
import * as r from "./resources.ts";
import type { Sessions } from "./sessions.ts";

/** What one service stands for, and what it remembers beside the hardware. */
export interface Service {
  readonly uuid: string;
  readonly hardware: ReadonlyMap<string, Hardware>;
  readonly sessions: Sessions;
  readonly faults: RedfishFaults;
  readonly lastResetAt: Map<string, Date>;
  /** Systems whose `Once` is shown as `Continuous`. */
  readonly onceReadsContinuous: Set<string>;
}

type Body = Record<string, unknown>;

/** The resource at a path split into segments below `/redfish/v1`; null when there is none. */
export function readResource(service: Service, segments: readonly string[], skip: number): Body | null {
  const [top, id, ...rest] = segments;
  if (top === undefined) return r.serviceRoot(service.uuid);
  switch (top) {
    case "SessionService":
      return readSessions(
        service,
        [id, ...rest].filter((s) => s !== undefined),
      );
    case "Systems":
    case "Managers":
    case "Chassis": {
      if (id === undefined) return listHardware(service, top, skip);
      const hardware = service.hardware.get(id);
      if (hardware === undefined) return null;
      if (top === "Systems") return readSystem(service, hardware, rest);
      if (top === "Managers") return readManager(hardware, rest);
      return rest.length === 0 ? r.chassis(hardware) : null;
    }
    default:
      return null;
  }
}

function listHardware(service: Service, top: "Systems" | "Managers" | "Chassis", skip: number): Body {
  const type = { Systems: "ComputerSystemCollection", Managers: "ManagerCollection", Chassis: "ChassisCollection" }[
    top
  ];
  return r.collection(
    `${r.ROOT}/${top}`,
    type,
    top,
    [...service.hardware.keys()].map((id) => `${r.ROOT}/${top}/${id}`),
    skip,
  );
}

function readSessions(service: Service, rest: readonly string[]): Body | null {
  const [sessions, id, ...more] = rest;
  const path = `${r.ROOT}/SessionService/Sessions`;
  if (sessions === undefined) return r.sessionService();
  if (sessions !== "Sessions" || more.length > 0) return null;
  const list = service.sessions.list();
  if (id === undefined)
    return r.collection(
      path,
      "SessionCollection",
      "Sessions",
      list.map((s) => `${path}/${s.id}`),
    );
  const found = list.find((s) => s.id === id);
  return found === undefined ? null : r.session(found.id, found.username);
}

function readSystem(service: Service, hardware: Hardware, rest: readonly string[]): Body | null {
  const path = r.systemPath(hardware.id);
  const [part, id, sub, subId, ...more] = rest;
  if (more.length > 0) return null;
  switch (part) {
    case undefined: {
      const body = r.system(hardware, {
        lastResetAt: service.lastResetAt.get(hardware.id) ?? null,
        onceReadsContinuous: service.onceReadsContinuous.has(hardware.id),
      });
      if (!service.faults.take("foreign-odata-id", hardware.id)) return body;
      const foreign = (tail: string) => ({ "@odata.id": `https://bmc.example.net${path}/${tail}` });
      return { ...body, EthernetInterfaces: foreign("EthernetInterfaces"), Storage: foreign("Storage") };
    }
    case "EthernetInterfaces": {
      if (sub !== undefined) return null;
      const nics = hardware.facts().nics.map((nic) => `${path}/EthernetInterfaces/${nic.id}`);
      return id === undefined
        ? r.collection(`${path}/EthernetInterfaces`, "EthernetInterfaceCollection", "NICs", nics)
        : r.ethernetInterface(hardware, id);
    }
    case "Storage":
      if (id === undefined)
        return r.collection(`${path}/Storage`, "StorageCollection", "Storage", [`${path}/Storage/1`]);
      if (id !== "1") return null;
      if (sub === undefined) return r.storage(hardware);
      return sub === "Drives" && subId !== undefined ? r.drive(hardware, subId) : null;
    case "SimpleStorage":
      if (id === undefined)
        return r.collection(`${path}/SimpleStorage`, "SimpleStorageCollection", "Disks", [`${path}/SimpleStorage/1`]);
      return id === "1" && sub === undefined ? r.simpleStorage(hardware) : null;
    default:
      return null;
  }
}

function readManager(hardware: Hardware, rest: readonly string[]): Body | null {
  const [part, id, ...more] = rest;
  if (part === undefined) return r.manager(hardware);
  if (part !== "VirtualMedia" || more.length > 0) return null;
  if (id === undefined) {
    return r.collection(`${r.managerPath(hardware.id)}/VirtualMedia`, "VirtualMediaCollection", "Virtual media", [
      r.mediaPath(hardware.id),
    ]);
  }
  return id === "Cd" ? r.virtualMedia(hardware) : null;
}
