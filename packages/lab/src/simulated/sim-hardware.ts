import {
  type BootOverride,
  type Hardware,
  HardwareError,
  type HardwareEvent,
  type HardwareFacts,
  type HardwareFault,
  type PowerState,
  type VirtualMedia,
} from "../hardware.ts";
import { type SerialPort, serialPort } from "./serial-port.ts";

export interface SimHardwareSpec extends Omit<HardwareFacts, "nics"> {
  readonly id: string;
  readonly nics: readonly { readonly id: string; readonly mac: string }[];
}

/** What the software on the simulated computer does when its power changes. */
export interface SimSoftware {
  /** The computer has started from this device; `boot` counts its starts. */
  started(device: "disk" | "network" | "virtual-media" | "default", boot: number): void;
  stopped(): void;
  /** The power button was pressed. */
  shutDownAsked(): void;
  readonly serial: SerialPort;
}

export interface SimHardware extends Hardware {
  readonly spec: SimHardwareSpec;
  /** The system inside turns itself off or restarts. */
  guestOff(): void;
  guestReset(): void;
  /** Whether the identity in force is not the factory's. */
  isRenamed(): boolean;
  boots(): number;
}

/** Firmware that finds nothing to start. */
function bareFirmware(): SimSoftware {
  const serial = serialPort();
  return { serial, started: () => serial.start(), stopped: () => serial.stop(), shutDownAsked() {} };
}

/** A computer that is nothing but its state. Thousands fit into one process. */
export function simHardware(
  spec: SimHardwareSpec,
  softwareOf: (hardware: SimHardware) => SimSoftware = bareFirmware,
): SimHardware {
  const state = {
    power: "off" as PowerState,
    boot: { target: "None", mode: "Disabled" } as BootOverride,
    media: { image: null, inserted: false } as VirtualMedia,
    macs: null as Map<string, string> | null,
    uuid: null as string | null,
    serial: null as string | null,
    boots: 0,
    faults: null as Map<HardwareFault, number> | null,
    listeners: null as Set<(event: HardwareEvent) => void> | null,
  };

  const emit = (kind: HardwareEvent["kind"], cause: HardwareEvent["cause"]) => {
    const event: HardwareEvent = { hardwareId: spec.id, at: new Date(), kind, cause };
    for (const listener of state.listeners ?? []) listener(event);
  };

  function take(fault: HardwareFault): boolean {
    const left = state.faults?.get(fault) ?? 0;
    if (left > 0) state.faults?.set(fault, left - 1);
    return left > 0;
  }

  function start(): void {
    state.boots += 1;
    const device = deviceOf(state.boot);
    if (state.boot.mode === "Once") state.boot = { target: "None", mode: "Disabled" };
    if (take("never-boots")) return;
    if (take("power-off-itself")) return void queueMicrotask(() => off("fault"));
    software.started(device, state.boots);
  }

  function off(cause: HardwareEvent["cause"]): void {
    if (state.power === "off") return;
    state.power = "off";
    software.stopped();
    emit("off", cause);
  }

  function restart(cause: HardwareEvent["cause"]): void {
    if (state.power === "off") return;
    software.stopped();
    emit("reset", cause);
    start();
  }

  function refuseWhileOn(): void {
    if (state.power === "on") throw new HardwareError("busy", "the computer is on");
  }

  const hardware: SimHardware = {
    id: spec.id,
    spec,
    facts: () => ({
      ...spec,
      uuid: state.uuid ?? spec.uuid,
      serial: state.serial ?? spec.serial,
      nics: spec.nics.map((nic) => ({ id: nic.id, mac: state.macs?.get(nic.id) ?? nic.mac, permanentMac: nic.mac })),
    }),
    power: () => state.power,
    async turnOn() {
      if (state.power === "on" || take("ignore-power")) return;
      state.power = "on";
      emit("on", "request");
      start();
    },
    async turnOff() {
      if (take("ignore-power")) return;
      off("request");
    },
    async shutDown() {
      if (state.power === "on" && !take("ignore-power")) software.shutDownAsked();
    },
    async reset() {
      if (state.power === "off") throw new HardwareError("busy", "the computer is off");
      if (!take("ignore-power")) restart("request");
    },
    boot: {
      get: () => state.boot,
      async set(boot) {
        state.boot = boot;
      },
    },
    media: {
      get: () => state.media,
      async set(media) {
        state.media = media;
      },
    },
    async setMac(nicId, mac) {
      const nic = spec.nics.find((n) => n.id === nicId);
      if (nic === undefined) throw new HardwareError("invalid", "no such NIC");
      refuseWhileOn();
      state.macs ??= new Map();
      if (mac === null || mac === nic.mac) state.macs.delete(nicId);
      else state.macs.set(nicId, mac);
    },
    async setIdentity({ uuid, serial }) {
      refuseWhileOn();
      state.uuid = uuid === spec.uuid ? null : uuid;
      state.serial = serial === spec.serial ? null : serial;
    },
    console: {
      offers: ["serial"],
      async open(kind) {
        const line = kind === "serial" ? software.serial.connect() : null;
        if (line === null) throw new HardwareError("busy", "there is no such console now");
        return line;
      },
    },
    provoke(fault, count) {
      state.faults ??= new Map();
      state.faults.set(fault, count);
    },
    faults: () => ({
      "never-boots": state.faults?.get("never-boots") ?? 0,
      "ignore-power": state.faults?.get("ignore-power") ?? 0,
      "power-off-itself": state.faults?.get("power-off-itself") ?? 0,
    }),
    onEvent(listener) {
      state.listeners ??= new Set();
      state.listeners.add(listener);
      return () => void state.listeners?.delete(listener);
    },
    guestOff: () => off("guest"),
    guestReset: () => restart("guest"),
    isRenamed: () => (state.macs?.size ?? 0) > 0 || state.uuid !== null || state.serial !== null,
    boots: () => state.boots,
  };
  const software = softwareOf(hardware);
  return hardware;
}

function deviceOf(boot: BootOverride): "disk" | "network" | "virtual-media" | "default" {
  if (boot.mode === "Disabled") return "default";
  switch (boot.target) {
    case "None":
      return "default";
    case "Pxe":
      return "network";
    case "Hdd":
      return "disk";
    case "Cd":
      return "virtual-media";
  }
}
