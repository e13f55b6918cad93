import type { Db, Tx } from "../kernel/db/db.ts";
import type { BootControl, Call, IdentityControl, PowerControl, VmHost, VolumeHost } from "../providers/provider.ts";
import type { ServerEvent } from "./rules.ts";

/** What a host must be able to do to take a server. */
export interface HostRoles {
  readonly vms: VmHost;
  readonly volumes: VolumeHost;
  readonly power: PowerControl;
}

/** What a machine can do. `system` is its id at its management controller. */
export interface MachineRoles {
  readonly system: string;
  readonly power: PowerControl;
  readonly boot: BootControl;
  /** Absent where the hardware can't change its identity: the profile then keeps the factory's MACs. */
  readonly identity: IdentityControl | null;
}

interface InstallProgress {
  readonly state: "waiting" | "contacted" | "writing" | "seeding" | "done" | "failed" | "ended";
  readonly percent: number;
  readonly note: string | null;
  readonly error: string | null;
}

/** How long a machine may say nothing before it is taken for one that never comes. */
export interface Patience {
  /** From switching it on until its service OS has called; firmware of real machines takes minutes. */
  readonly bootMs: number;
  /** From its start until its system answers over SSH. */
  readonly reachMs: number;
}

/** Shorter than the time limits of the steps that wait, so that what was seen last is what the user reads. */
export const PATIENCE: Patience = { bootMs: 15 * 60_000, reachMs: 14 * 60_000 };

/** Everything outside the servers room that its workflows need; `main.ts` makes the real one, tests a small one. */
export interface ServerWorld {
  readonly db: Db;
  readonly patience: Patience;
  host(hostId: string): Promise<HostRoles>;
  machine(machineId: string): Promise<MachineRoles>;
  /** Makes the image be on the host as a read-only volume, once for all its servers. */
  placeImage(hostId: string, imageId: string, call: Call): Promise<void>;
  /** The NoCloud seed of a server, as bytes of a FAT file system. */
  seed(serverId: string): Promise<Buffer>;
  /** Tells the site's DHCP about this server's NICs that boot from the network, or that they are gone. */
  publishDhcp(serverId: string, call: Call): Promise<void>;
  withdrawDhcp(serverId: string, call: Call): Promise<void>;
  /** What the service OS is to do with the machine. One with this id that is under way stays; one that is over begins anew. */
  deploy(
    tx: Tx,
    deployment: { id: string; serverId: string; machineId: string; task: "install" | "wipe" },
  ): Promise<void>;
  readDeployment(id: string): Promise<InstallProgress>;
  endDeployment(tx: Tx, id: string): Promise<void>;
  /** Moves the machine along its lifecycle: `occupy` from available, `clean` after use, `release` when clean, `fail` with a reason. */
  moveMachine(tx: Tx, machineId: string, event: "occupy" | "clean" | "release" | "fail", reason: string): Promise<void>;
  /** Moves a server along its lifecycle; asking for the state it is already in is success. */
  moveServer(tx: Tx, serverId: string, event: ServerEvent): Promise<void>;
  bindProfile(tx: Tx, serverId: string, machineId: string | null): Promise<void>;
  markVolumes(tx: Tx, serverId: string, state: "planned" | "present" | "removed"): Promise<void>;
  /** Until the server answers over SSH with its own host key and hostname. */
  reach(serverId: string, call: Call): Promise<void>;
}
