import type { Duplex } from "node:stream";
import type { SimHostFacts, SimPowerAction, SimVmEvent, SimVmInfo, SimVmSpec } from "@berth/api/simulated-host.ts";
import { idOf } from "./blade.ts";
import type { LabClock } from "./clock.ts";
import { bootGuest, type GuestBook } from "./guest.ts";
import { HostProblem } from "./host-problem.ts";
import type { Seed } from "./seed.ts";
import { type SerialPort, serialPort } from "./serial-port.ts";
import { type DiskSystem, type SimVolumes, simVolumes } from "./sim-volumes.ts";
import type { Site } from "./site.ts";

export interface SimHostSpec {
  readonly name: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly storageGiB: number;
}

/** A hypervisor that is nothing but its records: VMs, disks, and systems that start from them. */
export interface SimHost {
  readonly name: string;
  readonly volumes: SimVolumes;
  facts(): SimHostFacts;
  list(): SimVmInfo[];
  ensure(name: string, spec: SimVmSpec): void;
  remove(name: string): void;
  power(name: string): "on" | "off";
  order(name: string, action: SimPowerAction): void;
  /** The serial line of a VM that is on; null for one that is off. */
  serial(name: string): Duplex | null;
  isUsed(volume: string): boolean;
  onEvent(listener: (event: SimVmEvent) => void): () => void;
  /** A VM that somebody else made. */
  makeForeign(name: string): void;
  provoke(fault: SimHostFault, count: number): void;
  faults(): Record<string, number>;
  close(): void;
}

/** `host-disk-full`: nothing can be written until it ends. `never-boots`: the next VMs start and find no system. */
export const simHostFaults = ["host-disk-full", "never-boots"] as const;
export type SimHostFault = (typeof simHostFaults)[number];

export interface SimHostDeps {
  readonly site: Site;
  readonly clock: LabClock;
  readonly guests: GuestBook;
  readonly bridges: readonly string[];
  readonly seed: string;
}

export const POOL = "berth";
const SYSTEM_START_MS = 12_000;
const GIB = 1024 ** 3;

interface Vm {
  spec: Omit<SimVmSpec, "metadata">;
  metadata: SimVmSpec["metadata"] | null;
  /** Ends with the power. */
  run: AbortController | null;
  boots: number;
  isUp: boolean;
  readonly serial: SerialPort;
}

export function simHost(spec: SimHostSpec, deps: SimHostDeps): SimHost {
  const vms = new Map<string, Vm>();
  const listeners = new Set<(event: SimVmEvent) => void>();
  const faults = { "host-disk-full": 0, "never-boots": 0 };
  const volumes = simVolumes(POOL, spec.storageGiB * GIB, () => faults["host-disk-full"] > 0);
  const guestId = (name: string) => `${spec.name}/${name}`;

  const emit = (vm: string, kind: SimVmEvent["kind"]) => {
    for (const listener of listeners) listener({ vm, kind });
  };

  function need(name: string): Vm {
    const vm = vms.get(name);
    if (vm === undefined) throw new HostProblem("not_found", "there is no such VM");
    return vm;
  }

  function checkStart(vm: Vm): void {
    for (const { volume } of vm.spec.disks)
      if (volume.pool !== POOL || !volumes.has(volume.name))
        throw new HostProblem("rejected", "a disk of the VM is not there");
    for (const { bridge } of vm.spec.nics)
      if (!deps.bridges.includes(bridge)) throw new HostProblem("rejected", `there is no bridge ${bridge}`);
    const usedMiB = [...vms.values()].reduce((sum, other) => sum + (other.run === null ? 0 : other.spec.memoryMiB), 0);
    if (usedMiB + vm.spec.memoryMiB > spec.memoryMiB)
      throw new HostProblem("rejected", "the host has not that much memory left");
  }

  function start(name: string, vm: Vm): void {
    const run = new AbortController();
    vm.run = run;
    vm.boots += 1;
    vm.serial.start();
    if (faults["never-boots"] > 0) {
      faults["never-boots"] -= 1;
      return;
    }
    boot(name, vm, run.signal).catch((error: unknown) => {
      if (!run.signal.aborted) throw error;
    });
  }

  async function boot(name: string, vm: Vm, signal: AbortSignal): Promise<void> {
    await deps.clock.sleep(SYSTEM_START_MS, signal);
    const disks = vm.spec.disks.map(({ volume }) => ({
      seed: volumes.seed(volume.name),
      system: volumes.system(volume.name),
    }));
    const system = disks.find(
      (disk): disk is { seed: Seed | null; system: DiskSystem } => disk.system !== null && disk.seed === null,
    );
    // Firmware that finds no system stays there until it is switched off.
    if (system === undefined) return;
    // A system remembers what its first start found, also when the seed is gone later.
    const seed = disks.find((disk) => disk.seed !== null)?.seed ?? system.system.installed;
    system.system.installed = seed;
    const bootId = idOf(`${deps.seed}/${guestId(name)}/${vm.boots}`);
    const macs = vm.spec.nics.map(({ mac }) => mac);
    const guest = bootGuest({
      id: guestId(name),
      seed,
      memory: system.system.memory,
      macs,
      bootId,
      dhcp: (mac) => deps.site.addressFor(mac),
    });
    deps.guests.up(guest);
    vm.serial.up(guest);
    vm.isUp = true;
  }

  function halt(name: string, vm: Vm): void {
    vm.run?.abort();
    vm.run = null;
    vm.isUp = false;
    vm.serial.stop();
    deps.guests.down(guestId(name));
  }

  function ensure(name: string, wanted: SimVmSpec): void {
    const { metadata, ...rest } = wanted;
    const vm = vms.get(name);
    for (const [other, { spec: taken }] of vms)
      if (other !== name && taken.uuid === wanted.uuid) throw new HostProblem("rejected", "another VM has that UUID");
    if (vm === undefined) {
      vms.set(name, { spec: rest, metadata, run: null, boots: 0, isUp: false, serial: serialPort() });
      emit(name, "defined");
      return;
    }
    if (vm.metadata?.serverId !== metadata.serverId)
      throw new HostProblem("denied", "a VM of that name is there which Berth did not make for this server");
    const isSame = JSON.stringify(vm.spec) === JSON.stringify(rest);
    if (!isSame && vm.run !== null) throw new HostProblem("busy", "the VM must be off to be changed");
    vm.metadata = metadata;
    if (isSame) return;
    vm.spec = rest;
    emit(name, "defined");
  }

  function order(name: string, action: SimPowerAction): void {
    const vm = need(name);
    switch (action) {
      case "on":
        if (vm.run !== null) return;
        checkStart(vm);
        start(name, vm);
        emit(name, "started");
        return;
      case "shut-down":
        // Only a running system listens to the button.
        if (!vm.isUp) return;
        halt(name, vm);
        emit(name, "stopped");
        return;
      case "off":
        if (vm.run === null) return;
        halt(name, vm);
        emit(name, "stopped");
        return;
      case "reset":
        if (vm.run === null) throw new HostProblem("rejected", "a VM that is off can't be reset");
        halt(name, vm);
        start(name, vm);
    }
  }

  return {
    name: spec.name,
    volumes,
    facts: () => ({
      hypervisor: "simulated",
      version: "1.0.0",
      cores: spec.cores,
      memoryMiB: spec.memoryMiB,
      technique: "simulated",
      storagePools: [{ name: POOL, ...volumes.capacity() }],
    }),
    list: () =>
      [...vms].map(
        ([
          name,
          {
            spec: { uuid, cores, memoryMiB, nics },
            metadata,
            run,
          },
        ]) => ({
          name,
          uuid,
          power: run === null ? "off" : "on",
          cores,
          memoryMiB,
          macs: nics.map(({ mac }) => mac),
          metadata,
        }),
      ),
    ensure,
    remove(name) {
      const vm = vms.get(name);
      if (vm === undefined) return;
      if (vm.metadata === null) throw new HostProblem("denied", "Berth did not make this VM, and leaves it alone");
      const wasOn = vm.run !== null;
      halt(name, vm);
      vms.delete(name);
      if (wasOn) emit(name, "stopped");
      emit(name, "undefined");
    },
    power: (name) => (need(name).run === null ? "off" : "on"),
    order,
    serial: (name) => need(name).serial.connect(),
    isUsed: (volume) =>
      [...vms.values()].some((vm) => vm.run !== null && vm.spec.disks.some((disk) => disk.volume.name === volume)),
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    makeForeign(name) {
      const size = { cores: 1, memoryMiB: 16, firmware: "bios" as const, disks: [], nics: [] };
      vms.set(name, {
        spec: { uuid: idOf(`foreign/${name}`), serial: null, ...size },
        metadata: null,
        run: null,
        boots: 0,
        isUp: false,
        serial: serialPort(),
      });
    },
    provoke(fault, count) {
      faults[fault] = count;
    },
    faults: () => Object.fromEntries(Object.entries(faults).filter(([, count]) => count > 0)),
    close() {
      for (const [name, vm] of vms) halt(name, vm);
    },
  };
}
