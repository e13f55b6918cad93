import { copyFile, mkdir, open } from "node:fs/promises";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import {
  type BootOverride,
  type Hardware,
  HardwareError,
  type HardwareEvent,
  type HardwareFault,
  hardwareFaults,
  type VirtualMedia,
} from "../hardware.ts";
import type { BladePlan } from "../plan.ts";
import {
  type Accelerator,
  BOOT_DEVICE_ID,
  bladeFiles,
  bladeSockets,
  qemuArguments,
  UEFI_VARIABLES,
} from "./arguments.ts";
import { afterStart, type BootDevice, bootOrder } from "./boot-order.ts";
import { type MachineProcess, startMachine } from "./machine-process.ts";
import type { QmpEvent } from "./qmp.ts";
import { startSerialHub } from "./serial-hub.ts";

const MAC = /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What SMBIOS takes, less what QEMU's option parser would read as its own. */
const SERIAL = /^[A-Za-z0-9._-]{1,60}$/;
const POWER_OFF_ITSELF_MS = 3_000;

export interface QemuBlade extends Hardware {
  readonly pid: () => number | null;
  close(): Promise<void>;
}

/**
 * A blade whose computer is a QEMU process, started at power-on and gone at power-off. The firmware takes the boot order
 * from QEMU at each reset, so an override of one start is replaced by the usual order as soon as that start has begun:
 * a reboot that the system asks for then finds its own disk.
 */
export async function createQemuBlade(plan: BladePlan, accelerator: Accelerator): Promise<QemuBlade> {
  const sockets = bladeSockets(plan.dir);
  const files = bladeFiles(plan.dir);
  await mkdir(plan.dir, { recursive: true, mode: 0o755 });
  await makeDisk(files.disk, plan.diskGiB * 1024 ** 3);
  if (plan.firmware === "uefi") await copyFile(UEFI_VARIABLES, files.uefiVariables);
  const serialHub = await startSerialHub({ socket: sockets.serial, log: files.serialLog });

  const listeners = new Set<(event: HardwareEvent) => void>();
  const faults = Object.fromEntries(hardwareFaults.map((fault) => [fault, 0])) as Record<HardwareFault, number>;
  const macs: Record<string, string> = {};
  const state: {
    machine: MachineProcess | null;
    override: BootOverride;
    media: VirtualMedia;
    uuid: string;
    serial: string;
    order: BootDevice[];
    queue: Promise<unknown>;
  } = {
    machine: null,
    override: { target: "None", mode: "Disabled" },
    media: { image: null, inserted: false },
    uuid: plan.uuid,
    serial: plan.serial,
    order: [],
    queue: Promise.resolve(),
  };

  const tell = (kind: HardwareEvent["kind"], cause: HardwareEvent["cause"]) => {
    for (const listener of listeners) listener({ hardwareId: plan.name, at: new Date(), kind, cause });
  };
  /** Changes happen one after the other, whatever their callers do. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = state.queue.then(work);
    state.queue = turn.catch(() => {});
    return turn;
  };
  const take = (fault: HardwareFault): boolean => {
    if (faults[fault] === 0) return false;
    faults[fault] -= 1;
    return true;
  };
  const nextOrder = () => bootOrder(plan.bootOrder, state.override);

  async function start(): Promise<void> {
    if (state.machine !== null || take("ignore-power")) return;
    state.order = nextOrder();
    const args = qemuArguments({
      plan,
      accelerator,
      order: state.order,
      uuid: state.uuid,
      serial: state.serial,
      macs,
      mediaImage: state.media.inserted ? state.media.image : null,
    });
    const machine = await startMachine({ args, qmpSocket: sockets.qmp, onEvent: hear }).catch((cause: unknown) => {
      throw new HardwareError(
        "failed",
        `${plan.name} could not be started: ${cause instanceof Error ? cause.message : "unknown"}`,
        { cause },
      );
    });
    state.machine = machine;
    void machine.gone.then(() => {
      machine.qmp.close();
      if (state.machine !== machine) return;
      state.machine = null;
      tell("off", "guest");
    });
    serialHub.attach(sockets.serialInner);
    state.override = afterStart(state.override);
    await order(machine);
    await release(machine);
    tell("on", "request");
  }

  /** A paused processor is a computer that is on and never boots. */
  async function release(machine: MachineProcess): Promise<void> {
    if (take("never-boots")) return;
    await machine.qmp.execute("cont");
    if (!take("power-off-itself")) return;
    setTimeout(() => void inTurn(() => stop("fault")).catch(() => {}), POWER_OFF_ITSELF_MS).unref();
  }

  /** Puts the order of the next reset in force. */
  async function order(machine: MachineProcess): Promise<void> {
    const wanted = nextOrder();
    if (wanted.join() === state.order.join()) return;
    const set = (device: BootDevice, value: number) =>
      machine.qmp.execute("qom-set", {
        path: `/machine/peripheral/${BOOT_DEVICE_ID[device]}`,
        property: "bootindex",
        value,
      });
    // No two devices may have the same index even for a moment.
    for (const device of state.order) await set(device, -1);
    for (const [index, device] of wanted.entries()) await set(device, index);
    state.order = wanted;
  }

  async function stop(cause: "request" | "fault"): Promise<void> {
    const { machine } = state;
    if (machine === null) return;
    state.machine = null;
    await machine.end();
    tell("off", cause);
  }

  function hear({ event, data }: QmpEvent): void {
    if (event !== "RESET") return;
    tell("reset", data?.guest === true ? "guest" : "request");
    void inTurn(async () => {
      if (state.machine === null) return;
      state.override = afterStart(state.override);
      await order(state.machine);
    }).catch(() => {});
  }

  return {
    id: plan.name,
    pid: () => state.machine?.pid ?? null,
    facts: () => ({
      manufacturer: "Berth",
      model: "Lab Blade",
      serial: state.serial,
      uuid: state.uuid,
      assetTag: plan.name,
      firmware: plan.firmware,
      cores: plan.cores,
      memoryMiB: plan.memoryMiB,
      nics: plan.nics.map((nic) => ({ id: nic.id, mac: macs[nic.id] ?? nic.mac, permanentMac: nic.mac })),
      disks: [{ id: "disk0", sizeBytes: plan.diskGiB * 1024 ** 3, bus: "virtio" }],
    }),
    power: () => (state.machine === null ? "off" : "on"),
    turnOn: () => inTurn(start),
    turnOff: () =>
      inTurn(async () => {
        if (!take("ignore-power")) await stop("request");
      }),
    shutDown: () =>
      inTurn(async () => {
        if (!take("ignore-power")) await state.machine?.qmp.execute("system_powerdown");
      }),
    reset: () =>
      inTurn(async () => {
        const { machine } = state;
        if (machine === null) throw new HardwareError("busy", `${plan.name} is off`);
        if (take("ignore-power")) return;
        await machine.qmp.execute("system_reset");
        await release(machine);
      }),
    boot: {
      get: () => state.override,
      set: (value) =>
        inTurn(async () => {
          state.override = value;
          if (state.machine !== null) await order(state.machine);
        }),
    },
    media: {
      get: () => state.media,
      set: (value) =>
        inTurn(async () => {
          const image = value.inserted ? value.image : null;
          if (image !== null && !/^(?:\/|https?:\/\/)[^\0\n\r]*$/.test(image)) {
            throw new HardwareError("invalid", "an image is an absolute path, or an http or https URL");
          }
          if (state.machine !== null) await changeMedium(state.machine, image);
          state.media = value;
        }),
    },
    setMac: (nicId, mac) =>
      inTurn(async () => {
        if (state.machine !== null) throw new HardwareError("busy", `${plan.name} is on`);
        if (!plan.nics.some((nic) => nic.id === nicId))
          throw new HardwareError("invalid", `${plan.name} has no ${nicId}`);
        if (mac === null) delete macs[nicId];
        else if (MAC.test(mac)) macs[nicId] = mac;
        else throw new HardwareError("invalid", "not a unicast MAC address like 52:54:00:12:34:56");
      }),
    setIdentity: ({ uuid, serial }) =>
      inTurn(async () => {
        if (state.machine !== null) throw new HardwareError("busy", `${plan.name} is on`);
        if (uuid !== null && !UUID.test(uuid)) throw new HardwareError("invalid", "not a UUID in lower case");
        if (serial !== null && !SERIAL.test(serial))
          throw new HardwareError("invalid", "not a serial number of letters, digits and . _ -");
        state.uuid = uuid ?? plan.uuid;
        state.serial = serial ?? plan.serial;
      }),
    console: {
      offers: ["vnc", "serial"],
      async open(kind) {
        if (state.machine === null) throw new HardwareError("busy", `${plan.name} is off`);
        return await connectUnix(kind === "vnc" ? sockets.vnc : sockets.serial);
      },
    },
    provoke: (fault, count) => {
      faults[fault] = count;
    },
    faults: () => ({ ...faults }),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      await inTurn(() => stop("request"));
      await serialHub.close();
    },
  };
}

async function changeMedium(machine: MachineProcess, image: string | null): Promise<void> {
  const id = BOOT_DEVICE_ID.cd;
  const done =
    image === null
      ? machine.qmp.execute("eject", { id, force: true })
      : machine.qmp.execute("blockdev-change-medium", { id, filename: image, format: "raw", force: true });
  await done.catch((cause: unknown) => {
    throw new HardwareError("failed", "the medium could not be changed", { cause });
  });
}

function connectUnix(path: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("connect", () => resolve(socket));
    socket.once("error", (cause) => reject(new HardwareError("failed", "the console does not answer", { cause })));
  });
}

async function makeDisk(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.truncate(sizeBytes);
  } finally {
    await file.close();
  }
}
