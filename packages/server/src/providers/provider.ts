import type { Duplex, Readable } from "node:stream";
import type { z } from "zod";
import type { Dial } from "../kernel/dial.ts";

/**
 * The outside world in small roles. An absent role means "cannot", and callers must ask.
 * All methods are goals: asking twice is asking once. All throw ProviderError and nothing else.
 * Providers do not retry writes, log, or measure: the wrapper in `registry.ts` does.
 */

export interface Call {
  readonly signal: AbortSignal;
}

export type PowerState = "on" | "off" | "unknown";

/** Turns a machine or VM on and off. `on` and `off` are goals, not toggles; `off` is hard. */
export interface PowerControl {
  read(subject: string, call: Call): Promise<PowerState>;
  on(subject: string, call: Call): Promise<void>;
  off(subject: string, call: Call): Promise<void>;
  /** Asks the operating system to shut down; returns once asked. */
  shutDown(subject: string, call: Call): Promise<void>;
  /** Hard reset; an off machine is an error of kind `rejected`. */
  reset(subject: string, call: Call): Promise<void>;
}

export type BootTarget = "disk" | "network" | "virtual-media";

/** The boot device. `next` holds for one boot; `always` until changed. */
export interface BootControl {
  read(machine: string, call: Call): Promise<{ next: BootTarget | null; always: BootTarget | null }>;
  setNext(machine: string, target: BootTarget | null, call: Call): Promise<void>;
}

export interface MachineFacts {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly uuid: string | null;
  readonly assetTag: string | null;
  readonly firmware: "bios" | "uefi" | null;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly nics: readonly { readonly id: string; readonly mac: string; readonly linkUp: boolean | null }[];
  readonly disks: readonly { readonly id: string; readonly sizeBytes: number }[];
  readonly health: "ok" | "warning" | "critical" | "unknown";
}

/** What a management controller knows of its machines. */
export interface Inventory {
  /** Ids of the systems this controller manages. */
  systems(call: Call): Promise<string[]>;
  inspect(machine: string, call: Call): Promise<MachineFacts>;
}

export interface VirtualMedia {
  read(machine: string, call: Call): Promise<{ image: string | null }>;
  insert(machine: string, image: string, call: Call): Promise<void>;
  eject(machine: string, call: Call): Promise<void>;
}

/** The identity that a profile gives: NICs in order; null fields stay as they are. */
export interface IdentitySpec {
  readonly uuid: string | null;
  readonly serial: string | null;
  readonly macs: readonly { readonly nic: string; readonly mac: string }[];
}

/** Identity where the BMC can. `can` says before what would not be applied, field by field. */
export interface IdentityControl {
  can(machine: string, call: Call): Promise<{ uuid: boolean; serial: boolean; macs: boolean }>;
  read(machine: string, call: Call): Promise<IdentitySpec>;
  /** The machine must be off. Read back before it returns. */
  apply(machine: string, identity: IdentitySpec, call: Call): Promise<void>;
  /** Back to the factory's own. */
  clear(machine: string, call: Call): Promise<void>;
}

export interface VolumeRef {
  /** The storage pool on the host, for example `berth`. */
  readonly pool: string;
  readonly name: string;
}

export interface VolumeSpec extends VolumeRef {
  readonly format: "raw" | "qcow2";
  readonly capacityBytes: number;
  /** An existing read-only volume of the same pool that this one lies over (qcow2 only). */
  readonly base: { readonly name: string; readonly format: "raw" | "qcow2" } | null;
}

export interface VolumeInfo extends VolumeSpec {
  readonly allocatedBytes: number;
  readonly path: string;
}

export interface VolumeContent {
  readonly sizeBytes: number;
  open(): Readable;
}

/** Disks on a host. Names are ours and chosen before. */
export interface VolumeHost {
  ensure(spec: VolumeSpec, call: Call): Promise<void>;
  /** Makes the raw bytes of the volume be `content` (made with `ensure` first). A cut write leaves it incomplete: write again. */
  write(ref: VolumeRef, content: VolumeContent, call: Call & { progress?(bytes: number): void }): Promise<void>;
  remove(ref: VolumeRef, call: Call): Promise<void>;
  list(pool: string, call: Call): Promise<VolumeInfo[]>;
  capacity(pool: string, call: Call): Promise<{ totalBytes: number; freeBytes: number }>;
}

export interface VmSpec {
  /** Ours, and the subject of PowerControl and Console. */
  readonly name: string;
  readonly uuid: string;
  readonly serial: string | null;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly firmware: "bios" | "uefi";
  readonly disks: readonly {
    readonly volume: VolumeRef;
    readonly format: "raw" | "qcow2";
    readonly readOnly: boolean;
  }[];
  readonly nics: readonly { readonly mac: string; readonly bridge: string }[];
  /** Kept with the VM outside (libvirt metadata): who it belongs to, and the fencing token of the last writer. */
  readonly metadata: { readonly serverId: string; readonly token: string };
}

export interface VmInfo {
  readonly name: string;
  readonly uuid: string;
  readonly power: PowerState;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly macs: readonly string[];
  /** Null for a VM that Berth did not make. */
  readonly metadata: { readonly serverId: string; readonly token: string } | null;
}

/** Makes and unmakes virtual machines, by a name that we choose, so a lost reply never orphans one. Made ones are off. */
export interface VmHost {
  ensure(spec: VmSpec, call: Call): Promise<void>;
  /** Stops and removes the VM, not its volumes. Refuses (`denied`) a VM without Berth's metadata. */
  remove(name: string, call: Call): Promise<void>;
  list(call: Call): Promise<VmInfo[]>;
  /** What the host has, and whether its guests run with hardware help. */
  facts(call: Call): Promise<HostFacts>;
}

export interface HostFacts {
  readonly hypervisor: string;
  readonly version: string;
  readonly cores: number;
  readonly memoryMiB: number;
  /** `kvm` hardware-assisted, `emulated`, or what else the host says. */
  readonly technique: string;
  readonly storagePools: readonly { readonly name: string; readonly totalBytes: number; readonly freeBytes: number }[];
}

export interface VmEvent {
  readonly vm: string;
  readonly kind: "defined" | "undefined" | "started" | "stopped" | "crashed" | "other";
}

/** Lifecycle events as they come. Ends when the signal does; throws `unreachable` when the connection is lost. */
export interface VmEvents {
  watch(call: Call): AsyncIterable<VmEvent>;
}

export type ConsoleKind = "vnc" | "serial";

/** The screen and the serial line of a machine or VM, as bytes. */
export interface Console {
  /** What there is now; nothing for a subject that is off. Throws `not_found` for one that is not there. */
  kinds(subject: string, call: Call): Promise<ConsoleKind[]>;
  /**
   * A connection of the caller's own, which ends with the subject's power: `vnc` speaks RFB and asks for no password,
   * `serial` begins with what was said before where the backend keeps it. The signal is for connecting only. Throws
   * `rejected` where `kinds` does not have it, and `busy` while somebody else has what takes only one.
   */
  open(subject: string, kind: ConsoleKind, call: Call): Promise<Duplex>;
}

export interface Provider {
  readonly type: string;
  readonly power?: PowerControl;
  readonly boot?: BootControl;
  readonly inventory?: Inventory;
  readonly virtualMedia?: VirtualMedia;
  readonly identity?: IdentityControl;
  readonly vms?: VmHost;
  readonly volumes?: VolumeHost;
  readonly vmEvents?: VmEvents;
  readonly console?: Console;
  /** Closes connections. Calls after it reconnect. */
  close(): Promise<void>;
}

/** A kind of provider: its settings as a schema (secrets marked with `.meta({ secret: true })`), and how to open one. */
export interface ProviderType<S extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  /** What is enrolled with it. */
  readonly manages: "machines" | "hosts";
  readonly settings: S;
  open(settings: z.output<S>, outside: { readonly dial: Dial }): Provider;
}
