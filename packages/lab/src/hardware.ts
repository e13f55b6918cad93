import type { Duplex } from "node:stream";

/**
 * What a management controller can see and do of the computer it sits in. The Redfish service speaks to blades only
 * through this, so the same service stands in front of a QEMU process and of a simulated machine.
 *
 * Every method is a goal or a fact: turning on what is on is success. Errors are `HardwareError`.
 */
export type Hardware = {
  readonly id: string;
  facts(): HardwareFacts;
  power(): PowerState;
  /** Resolves when the computer runs, not when its system has booted. */
  turnOn(): Promise<void>;
  /** Pulls the plug. */
  turnOff(): Promise<void>;
  /** Presses the power button: the system decides, so this resolves before the computer is off, if it ever is. */
  shutDown(): Promise<void>;
  /** Restarts a running computer without asking its system; refused when it is off. */
  reset(): Promise<void>;
  readonly boot: Setting<BootOverride>;
  readonly media: Setting<VirtualMedia>;
  /** Null goes back to the address the card was made with. Refused while the computer runs. */
  setMac(nicId: string, mac: string | null): Promise<void>;
  /** SMBIOS identity as the system sees it at its next start. Null goes back to the computer's own. */
  setIdentity(identity: { uuid: string | null; serial: string | null }): Promise<void>;
  readonly console: HardwareConsole;
  /** Provokes a named misbehaviour for the next `count` occasions; 0 ends it. */
  provoke(fault: HardwareFault, count: number): void;
  faults(): Readonly<Record<HardwareFault, number>>;
  onEvent(listener: (event: HardwareEvent) => void): () => void;
};

export type PowerState = "on" | "off";

/** Read now, changed by a whole new value. */
export type Setting<T> = { get(): T; set(value: T): Promise<void> };

export type HardwareFacts = {
  manufacturer: string;
  model: string;
  /** As in force: what `setIdentity` gave, else the computer's own. */
  serial: string;
  uuid: string;
  assetTag: string;
  firmware: "bios" | "uefi";
  cores: number;
  memoryMiB: number;
  nics: readonly HardwareNic[];
  disks: readonly HardwareDisk[];
};

export type HardwareNic = { id: string; mac: string; permanentMac: string };
export type HardwareDisk = { id: string; sizeBytes: number; bus: "virtio" | "scsi" | "nvme" };

/** `Once` is used up by the next start, also by one that the system itself asked for. */
export type BootOverride = {
  target: "None" | "Pxe" | "Hdd" | "Cd";
  mode: "Once" | "Continuous" | "Disabled";
};

/** `image` is a path of the lab's own or a URL that the backend can read. */
export type VirtualMedia = { image: string | null; inserted: boolean };

export type ConsoleKind = "vnc" | "serial";

/** The screen as RFB, and the serial line. Both end with the power; refused while the computer is off. */
export type HardwareConsole = { offers: readonly ConsoleKind[]; open(kind: ConsoleKind): Promise<Duplex> };

/**
 * `never-boots`: starts, finds nothing to boot and stays there.
 * `ignore-power`: power calls succeed and nothing happens.
 * `power-off-itself`: goes off by itself shortly after its next start.
 */
export const hardwareFaults = ["never-boots", "ignore-power", "power-off-itself"] as const;
export type HardwareFault = (typeof hardwareFaults)[number];

export type HardwareEvent = {
  hardwareId: string;
  at: Date;
  kind: "on" | "off" | "reset";
  cause: "request" | "guest" | "fault";
};

/** `busy`: not in this power state. `invalid`: no such NIC or value. `failed`: the backend did not do it. */
export class HardwareError extends Error {
  override readonly name = "HardwareError";
  readonly reason: "busy" | "invalid" | "failed";

  constructor(reason: "busy" | "invalid" | "failed", message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
