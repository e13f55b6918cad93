import { ProviderError } from "../kernel/errors.ts";
import type { Call, Provider } from "../providers/provider.ts";

export type Role = Exclude<keyof Provider, "type" | "close">;

export interface RoleResult {
  readonly role: Role;
  readonly state: "works" | "fails" | "untested" | "absent";
  readonly says: string;
}

/** What the roles are looked at on. Null where nothing is there that could be read. */
export interface Subjects {
  readonly machine: string | null;
  readonly vm: string | null;
  readonly storagePool: string | null;
}

/** What can't be tried without changing something, with the reason. */
class Untested extends Error {}

type Probe = (provider: Provider, subjects: Subjects, call: Call) => Promise<string> | undefined;

const MIB_PER_GIB = 1024;
const BYTES_PER_GIB = 1024 ** 3;

/** How each role is looked at: reads only, as a test must change nothing. Undefined where the backend lacks the role. */
const PROBES: Readonly<Record<Role, Probe>> = {
  inventory: (provider, { machine }, call) =>
    provider.inventory?.inspect(need(machine, "no machine"), call).then((facts) => {
      const what = [facts.manufacturer, facts.model].filter((part) => part !== null).join(" ") || "a machine";
      const disks = `${countOf(facts.disks, "disk")}, ${countOf(facts.nics, "network card")}`;
      return `${what}: ${sizeOf(facts)}, ${disks}, health ${facts.health}`;
    }),
  power: (provider, { machine, vm }, call) =>
    provider.power?.read(need(machine ?? vm, "no machine or VM"), call).then((power) => `it is ${power}`),
  boot: (provider, { machine }, call) =>
    provider.boot?.read(need(machine, "no machine"), call).then(({ next, always }) => {
      if (next !== null) return `from ${next} next time`;
      return always === null ? "as the machine decides" : `from ${always}`;
    }),
  virtualMedia: (provider, { machine }, call) =>
    provider.virtualMedia
      ?.read(need(machine, "no machine"), call)
      .then(({ image }) => (image === null ? "the drive is empty" : "an image is in the drive")),
  identity: (provider, { machine }, call) =>
    provider.identity?.can(need(machine, "no machine"), call).then(identityWords),
  vms: (provider, _subjects, call) =>
    provider.vms
      ?.facts(call)
      .then((facts) => `${facts.hypervisor} ${facts.version}, ${facts.technique}: ${sizeOf(facts)}`),
  volumes: (provider, { storagePool }, call) =>
    provider.volumes?.capacity(need(storagePool, "no storage pool"), call).then(({ totalBytes, freeBytes }) => {
      const [free, total] = [freeBytes, totalBytes].map((bytes) => Math.floor(bytes / BYTES_PER_GIB));
      return `${free} of ${total} GiB free in ${storagePool}`;
    }),
  vmEvents: (provider) =>
    provider.vmEvents && untested("events are seen when a VM changes, and nothing is changed here"),
  console: (provider, { machine, vm }, call) =>
    provider.console
      ?.kinds(need(machine ?? vm, "no machine or running VM"), call)
      .then((kinds) => (kinds.length === 0 ? "nothing is to be seen while it is off" : kinds.join(" and "))),
};

/** Looks at every role, each by itself: one that fails hides no other. */
export async function probeRoles(provider: Provider, subjects: Subjects, call: Call): Promise<RoleResult[]> {
  // Promises of one object: its order is the order of the answer.
  return Promise.all(
    Object.entries(PROBES).map(([role, probe]) => probeRole(role as Role, () => probe(provider, subjects, call))),
  );
}

async function probeRole(role: Role, probe: () => Promise<string> | undefined): Promise<RoleResult> {
  try {
    const says = await probe();
    return says === undefined
      ? { role, state: "absent", says: "a backend of this type can't do it" }
      : { role, state: "works", says };
  } catch (error) {
    if (error instanceof Untested) return { role, state: "untested", says: error.message };
    if (error instanceof ProviderError) return { role, state: "fails", says: error.message };
    throw error;
  }
}

function need(subject: string | null, what: string): string {
  if (subject === null) throw new Untested(`${what} is there to look at`);
  return subject;
}

async function untested(why: string): Promise<never> {
  throw new Untested(why);
}

function countOf(things: readonly unknown[], noun: string): string {
  return `${things.length} ${noun}${things.length === 1 ? "" : "s"}`;
}

function sizeOf({ cores, memoryMiB }: { cores: number; memoryMiB: number }): string {
  return `${cores} cores, ${Math.round((memoryMiB / MIB_PER_GIB) * 10) / 10} GiB of memory`;
}

function identityWords(can: { uuid: boolean; serial: boolean; macs: boolean }): string {
  const parts = [can.uuid && "UUID", can.serial && "serial number", can.macs && "MAC addresses"].filter(
    (part) => part !== false,
  );
  return parts.length === 0
    ? "keeps its own: nothing of a profile can be applied"
    : `can be given: ${parts.join(", ")}`;
}
