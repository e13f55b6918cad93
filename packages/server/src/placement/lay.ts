import type { Demand, Goal, Placement, Reason, Refusal } from "./demand.ts";
import { addUse, type Fit, fitHost, fitMachine, freeOf, NOTHING, useOf } from "./fit.ts";
import type { HostCandidate, MachineCandidate, Picture, Use } from "./picture.ts";

/** All demands laid as far as they go. */
export interface Laid {
  /** By server id. */
  readonly placed: ReadonlyMap<string, Placement>;
  readonly refused: readonly { readonly demand: Demand; readonly refusal: Refusal }[];
  /** What is left of each host, by its id. */
  readonly left: ReadonlyMap<string, Use>;
}

/**
 * Lays demands on one pool. Largest first; physical ones on the machine with the least waste, virtual ones by the
 * goal, and servers of one group on different hosts where possible. What was laid is not moved again for what comes
 * later, so a crowded pool may refuse what a perfect packing would hold.
 */
export function lay(picture: Picture, demands: readonly Demand[]): Laid {
  const board = new Board(picture);
  const placed = new Map<string, Placement>();
  const refused: Laid["refused"][number][] = [];
  for (const demand of inOrder(demands)) {
    const outcome = board.lay(demand);
    if ("placement" in outcome) placed.set(demand.serverId, outcome.placement);
    else {
      const { serverId, name: server, kind } = demand;
      refused.push({ demand, refusal: { serverId, server, kind, reasons: outcome.reasons } });
    }
  }
  return { placed, refused, left: board.left() };
}

interface Choice {
  readonly machine: MachineCandidate | null;
  readonly host: HostCandidate | null;
  readonly fit: Fit & { fits: true };
}

/** What is left while demands are laid one after the other. */
class Board {
  readonly #picture: Picture;
  readonly #takenMachines = new Map<string, string>();
  readonly #planned = new Map<string, Use>();
  readonly #groupsOnHost = new Map<string, string[]>();

  constructor(picture: Picture) {
    this.#picture = picture;
  }

  lay(demand: Demand): { placement: Placement } | { reasons: Reason[] } {
    const reasons: Reason[] = [];
    const choices: Choice[] = [];
    const look = (candidate: string, fit: Fit, choice: Pick<Choice, "machine" | "host">) => {
      reasons.push({ candidate, fits: fit.fits, why: fit.why });
      if (fit.fits) choices.push({ ...choice, fit });
    };
    if (demand.kind !== "virtual")
      for (const machine of this.#picture.machines)
        look(machine.name, this.#fitMachine(demand, machine), { machine, host: null });
    // Either: a host costs less than a machine of one's own, so hosts are looked at too and preferred below.
    if (demand.kind !== "physical")
      for (const host of this.#picture.hosts) look(host.name, this.#fitHost(demand, host), { machine: null, host });
    const best = choices.sort((a, b) => this.#compare(demand, a, b))[0];
    if (best === undefined) return { reasons };
    this.#take(demand, best);
    return { placement: this.#placementOf(demand, best, reasons) };
  }

  left(): Map<string, Use> {
    return new Map(this.#picture.hosts.map((host) => [host.id, freeOf(host, this.#planned.get(host.id) ?? NOTHING)]));
  }

  #fitMachine(demand: Demand, machine: MachineCandidate): Fit {
    const taker = this.#takenMachines.get(machine.id);
    if (taker !== undefined) return { fits: false, why: `is taken by ${taker} of the same request` };
    return fitMachine(demand, machine, this.#picture.networks);
  }

  #fitHost(demand: Demand, host: HostCandidate): Fit {
    return fitHost(demand, host, this.#planned.get(host.id) ?? NOTHING, this.#picture.networks);
  }

  #compare(demand: Demand, a: Choice, b: Choice): number {
    if ((a.host === null) !== (b.host === null)) return a.host === null ? 1 : -1;
    const together = this.#mates(demand, a.host) - this.#mates(demand, b.host);
    if (together !== 0) return together;
    const goal: Goal = a.host === null ? "best-fit" : (demand.goal ?? this.#picture.goal);
    const byWaste = compareLists(a.fit.waste, b.fit.waste);
    if (byWaste !== 0) return goal === "spread" ? -byWaste : byWaste;
    return nameOf(a) < nameOf(b) ? -1 : 1;
  }

  /** How many of the same group are already there: a wish to be apart, not a rule. */
  #mates(demand: Demand, host: HostCandidate | null): number {
    if (host === null) return 0;
    return (this.#groupsOnHost.get(host.id) ?? []).filter((group) => group === demand.group).length;
  }

  #take(demand: Demand, { machine, host }: Choice): void {
    if (machine !== null) this.#takenMachines.set(machine.id, demand.name);
    if (host === null) return;
    this.#planned.set(host.id, addUse(this.#planned.get(host.id) ?? NOTHING, useOf(demand)));
    this.#groupsOnHost.set(host.id, [...(this.#groupsOnHost.get(host.id) ?? []), demand.group]);
  }

  #placementOf(demand: Demand, { machine, host, fit }: Choice, reasons: Reason[]): Placement {
    const place = machine ?? host;
    if (place === null) throw new Error("a choice names neither machine nor host");
    return {
      serverId: demand.serverId,
      kind: machine === null ? "virtual" : "physical",
      poolId: this.#picture.poolId,
      pool: this.#picture.pool,
      siteId: place.siteId,
      machineId: machine?.id ?? null,
      hostId: host?.id ?? null,
      on: place.name,
      disks: fit.disks,
      reasons,
    };
  }
}

/** The hard to place first: physical, then by memory and cores; equal ones in the order asked. */
function inOrder(demands: readonly Demand[]): Demand[] {
  const rank = { physical: 0, virtual: 1, either: 2 } as const;
  return [...demands].sort(
    (a, b) =>
      rank[a.kind] - rank[b.kind] || b.memoryMiB - a.memoryMiB || b.cores - a.cores || b.disks.length - a.disks.length,
  );
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}

function nameOf(choice: Choice): string {
  return (choice.machine ?? choice.host)?.name ?? "";
}
