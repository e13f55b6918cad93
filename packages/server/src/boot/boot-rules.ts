import type { DeploymentTask } from "./deployment-rules.ts";
import type { BootPolicy } from "./policy-rules.ts";

/** What is known when a machine asks what to boot. */
export interface BootFacts {
  /** What waits for it, or was begun and cut. */
  readonly task: DeploymentTask | null;
  /** The last thing that was done to its disks by us; null when we never did anything. */
  readonly lastDone: DeploymentTask | null;
  readonly machine: "in-use" | "retired" | "idle";
  /** Null, or why whoever asks can't be the machine that the deployment is meant for. */
  readonly doubt: string | null;
  /** What an administrator said of machines like it; counts only where nothing else decides. */
  readonly policy?: Pick<BootPolicy, "name" | "action"> | null;
}

export type BootTask = DeploymentTask | "inspect";

export type BootChoice = (
  | { readonly kind: "service-os"; readonly task: BootTask }
  | { readonly kind: "disk" }
  | { readonly kind: "wait" }
) & { readonly reason: string; readonly byPolicy?: true };

/** What a machine boots, and why (CAP G1). A disk that may hold somebody's system is never left for the service OS. */
export function decideBoot({ task, lastDone, machine, doubt, policy = null }: BootFacts): BootChoice {
  if (task !== null && doubt !== null) return { kind: "wait", reason: doubt };
  if (task !== null) return { kind: "service-os", task, reason: `a deployment waits for it: ${task}` };
  if (machine === "retired") return { kind: "disk", reason: "it is retired and none of our business" };
  if (lastDone === "install") return { kind: "disk", reason: "its disk holds the system that Berth installed" };
  if (machine === "in-use" && lastDone === null)
    return { kind: "disk", reason: "it is in use, and Berth never wrote its disk" };
  if (policy !== null) return choiceOf(policy);
  return {
    kind: "service-os",
    task: "inspect",
    reason: "nothing is to be done and no system is on it: it is inspected and waits",
  };
}

function choiceOf({ name, action }: Pick<BootPolicy, "name" | "action">): BootChoice {
  const why = { reason: `policy ${name} says so: ${action}`, byPolicy: true } as const;
  return action === "inspect" ? { kind: "service-os", task: "inspect", ...why } : { kind: action, ...why };
}

/** A choice in one word, as it is kept and shown. */
export const nameOf = (choice: BootChoice): string =>
  choice.kind === "service-os" ? `service-os/${choice.task}` : choice.kind;

/** Who may be told a deployment's token: MAC addresses are easily lied about, so the address must be the leased one too. */
export function doubtOf(
  asked: { mac: string; peer: string },
  profile: readonly { mac: string; ip: string | null }[],
): string | null {
  if (profile.length === 0) return null;
  const nic = profile.find((candidate) => candidate.mac === asked.mac);
  if (nic === undefined) return `it asks from card ${asked.mac}, which its server's profile does not have`;
  if (nic.ip === null || nic.ip === asked.peer) return null;
  return `it asks from ${asked.peer}, but card ${asked.mac} was given ${nic.ip}`;
}

export interface Disk {
  readonly id: string;
  readonly sizeBytes: number;
}

/**
 * The disk to write, by the name that the service OS has for it. Management controllers have names of their own, so a
 * name that is unknown there is looked up among those: by a size that only one disk has, else by its place.
 */
export function chooseDisk(
  seen: readonly Disk[],
  wanted: { readonly name: string | null; readonly known: readonly Disk[]; readonly needBytes: number },
): string | null {
  const fits = (disk: Disk | undefined) => (disk !== undefined && disk.sizeBytes >= wanted.needBytes ? disk.id : null);
  const { name, known } = wanted;
  if (name === null) {
    const [only, ...more] = seen.filter((disk) => disk.sizeBytes >= wanted.needBytes);
    return more.length === 0 ? fits(only) : null;
  }
  const same = seen.find((disk) => disk.id === name);
  if (same !== undefined) return fits(same);
  const place = known.findIndex((disk) => disk.id === name);
  const target = known[place];
  if (target === undefined) return seen.length === 1 ? fits(seen[0]) : null;
  const bySize = seen.filter((disk) => disk.sizeBytes === target.sizeBytes);
  if (bySize.length === 1) return fits(bySize[0]);
  return seen.length === known.length ? fits(seen[place]) : null;
}
