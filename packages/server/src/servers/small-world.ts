import type { Db } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { HostRoles, MachineRoles, ServerWorld } from "./world.ts";
import { nextState, type ServerState } from "./rules.ts";

/** The least world in which servers can be made: for exercising workflows, where only effects and their undoing count. */
export function smallWorld(db: Db, server: { id: string; state: ServerState }) {
  const seen = {
    server: server.state as ServerState,
    machine: "available",
    volumeRows: "planned",
    profileOn: null as string | null,
    power: "off",
    bootNext: null as string | null,
    macs: "factory",
    vms: new Map<string, "on" | "off">(),
    volumes: new Set<string>(),
    dhcp: new Set<string>(),
    deployments: new Map<string, "waiting" | "done" | "ended">(),
    disk: "blank",
  };

  const host: HostRoles = {
    vms: {
      ensure: async (spec) => void seen.vms.set(spec.name, seen.vms.get(spec.name) ?? "off"),
      remove: async (name) => void seen.vms.delete(name),
      list: async () => [],
      facts: () => Promise.reject(new Error("nobody asks the small world for facts")),
    },
    volumes: {
      ensure: async (spec) => void seen.volumes.add(spec.name),
      write: async () => {},
      remove: async (ref) => void seen.volumes.delete(ref.name),
      list: async () => [],
      capacity: async () => ({ totalBytes: 0, freeBytes: 0 }),
    },
    power: {
      read: async (vm) => seen.vms.get(vm) ?? "unknown",
      on: async (vm) => void seen.vms.set(vm, "on"),
      off: async (vm) => void (seen.vms.has(vm) && seen.vms.set(vm, "off")),
      shutDown: async () => {},
      reset: async () => {},
    },
  };

  /** The machine boots the service OS at once, and that does what its deployment says. */
  const bootsFromNetwork = () => {
    for (const [id, state] of seen.deployments) {
      if (state !== "waiting") continue;
      seen.deployments.set(id, "done");
      seen.disk = id.startsWith("wipe") ? "blank" : "written";
    }
  };
  const machine: MachineRoles = {
    system: "1",
    power: {
      read: async () => (seen.power === "on" ? "on" : "off"),
      on: async () => {
        seen.power = "on";
        if (seen.bootNext === "network") bootsFromNetwork();
        seen.bootNext = null;
      },
      off: async () => void (seen.power = "off"),
      shutDown: async () => {},
      reset: async () => {},
    },
    boot: {
      read: async () => ({ next: null, always: "disk" }),
      setNext: async (_system, target) => void (seen.bootNext = target),
    },
    identity: {
      can: async () => ({ uuid: true, serial: true, macs: true }),
      read: async () => ({ uuid: null, serial: null, macs: [] }),
      apply: async () => void (seen.macs = "profile"),
      clear: async () => void (seen.macs = "factory"),
    },
  };

  const world: ServerWorld = {
    db,
    host: async () => host,
    machine: async () => machine,
    placeImage: async () => {},
    seed: async () => Buffer.from("seed"),
    publishDhcp: async (id) => void seen.dhcp.add(id),
    withdrawDhcp: async (id) => void seen.dhcp.delete(id),
    deploy: async (_tx, d) => void (seen.deployments.has(d.id) || seen.deployments.set(d.id, "waiting")),
    readDeployment: async (id) => ({ state: seen.deployments.get(id) ?? "ended", percent: 0, note: null, error: null }),
    endDeployment: async (_tx, id) => void seen.deployments.delete(id),
    moveMachine: async (_tx, _id, event) => {
      seen.machine = { occupy: "in-use", clean: "cleaning", release: "available", fail: "failed" }[event];
    },
    moveServer: async (_tx, id, event) => {
      const next = nextState(seen.server, event);
      if (next !== null) seen.server = next;
      else if (event === "undone" && seen.server === "reserved") return;
      else if (event !== "provision" && event !== "done" && event !== "reopen")
        throw new AppError("conflict", `server ${id} is ${seen.server}`);
    },
    bindProfile: async (_tx, _id, machineId) => void (seen.profileOn = machineId),
    markVolumes: async (_tx, _id, state) => void (seen.volumeRows = state),
    reach: async () => {},
  };
  return { world, seen };
}
