import { isAlready, type MachineState, nextState as nextMachineState } from "../estate/machine-rules.ts";
import type { Db } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { lifecycle, nextState, type ServerState } from "../servers/rules.ts";
import { type HostRoles, type MachineRoles, PATIENCE, type ServerWorld } from "../servers/world.ts";

interface Deployment {
  readonly task: "install" | "wipe";
  readonly state: "waiting" | "done" | "failed" | "ended";
}

export type SmallWorld = ReturnType<typeof smallWorld>;

/** The least world in which servers can be made: for exercising workflows, where only effects and their undoing count. */
export function smallWorld(db: Db, server: { id: string; state: ServerState }) {
  const seen = {
    server: server.state as ServerState,
    machine: "available" as MachineState,
    volumeRows: "planned",
    profileOn: null as string | null,
    power: "off",
    bootNext: null as string | null,
    macs: "factory",
    vms: new Map<string, "on" | "off">(),
    volumes: new Set<string>(),
    dhcp: new Set<string>(),
    deployments: new Map<string, Deployment>(),
    disk: "blank",
    serviceOs: "works" as "works" | "fails",
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
    for (const [id, deployment] of seen.deployments) {
      if (deployment.state !== "waiting") continue;
      const state = seen.serviceOs === "works" ? "done" : "failed";
      seen.deployments.set(id, { ...deployment, state });
      if (state === "done") seen.disk = deployment.task === "wipe" ? "blank" : "written";
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
      off: async () => {
        seen.power = "off";
      },
      shutDown: async () => {},
      reset: async () => {},
    },
    boot: {
      read: async () => ({ next: null, always: "disk" }),
      setNext: async (_system, target) => {
        seen.bootNext = target;
      },
    },
    identity: {
      can: async () => ({ uuid: true, serial: true, macs: true }),
      read: async () => ({ uuid: null, serial: null, macs: [] }),
      apply: async () => {
        seen.macs = "profile";
      },
      clear: async () => {
        seen.macs = "factory";
      },
    },
  };

  const world: ServerWorld = {
    db,
    patience: PATIENCE,
    host: async () => host,
    machine: async () => machine,
    placeImage: async () => {},
    seed: async () => Buffer.from("seed"),
    publishDhcp: async (id) => void seen.dhcp.add(id),
    withdrawDhcp: async (id) => void seen.dhcp.delete(id),
    // As boot/ does it: one under way stays, one that is over begins anew.
    deploy: async (_tx, { id, task }) => {
      if (seen.deployments.get(id)?.state !== "waiting") seen.deployments.set(id, { task, state: "waiting" });
    },
    readDeployment: async (id) => {
      const state = seen.deployments.get(id)?.state ?? "ended";
      return { state, percent: 0, note: null, error: state === "failed" ? "no disk" : null };
    },
    endDeployment: async (_tx, id) => {
      const deployment = seen.deployments.get(id);
      if (deployment?.state === "waiting") seen.deployments.set(id, { ...deployment, state: "ended" });
    },
    moveMachine: async (_tx, id, event) => {
      const next = nextMachineState(seen.machine, event);
      if (next !== null) seen.machine = next;
      else if (!isAlready(seen.machine, event)) throw new AppError("conflict", `machine ${id} is ${seen.machine}`);
    },
    moveServer: async (_tx, id, event) => {
      const next = nextState(seen.server, event);
      const isThere = Object.values(lifecycle()).some((row) => row[event] === seen.server);
      if (next !== null) seen.server = next;
      else if (!isThere) throw new AppError("conflict", `server ${id} is ${seen.server}`);
    },
    bindProfile: async (_tx, _id, machineId) => {
      seen.profileOn = machineId;
    },
    markVolumes: async (_tx, _id, state) => {
      seen.volumeRows = state;
    },
    reach: async () => {},
  };
  /** What is in rows outside of tests, and goes back with their transaction. */
  const saveRows = () => {
    const { server: state, machine: machineState, volumeRows, profileOn } = seen;
    const deployments = new Map(seen.deployments);
    return () => void Object.assign(seen, { server: state, machine: machineState, volumeRows, profileOn, deployments });
  };
  return { world, seen, saveRows };
}
