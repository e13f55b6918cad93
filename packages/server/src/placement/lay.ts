import type { Demand, Placement, Reason, Refusal } from "./demand.ts";
import { addUse, type Fit, fitHost, freeOf, NOTHING, useOf } from "./fit.ts";
import { compareLists, MachineRanks, type RankedMachine } from "./machine-ranks.ts";
import type { HostCandidate, Picture, Use } from "./picture.ts";
import { ReasonList } from "./reason-list.ts";

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

interface HostChoice {
  readonly host: HostCandidate;
  readonly fit: Fits;
}

type Fits = Fit & { fits: true };

/** What is left while demands are laid one after the other. */
class Board {
  readonly #picture: Picture;
  readonly #machines: MachineRanks;
  readonly #takenMachines = new Map<string, string>();
  readonly #planned = new Map<string, Use>();
  readonly #groupsOnHost = new Map<string, string[]>();

  constructor(picture: Picture) {
    this.#picture = picture;
    this.#machines = new MachineRanks(picture);
  }

  lay(demand: Demand): { placement: Placement } | { reasons: Reason[] } {
    const reasons = new ReasonList();
    // Either: a host costs less than a machine of one's own, so hosts come first.
    const host = demand.kind === "physical" ? null : this.#bestHost(demand, reasons);
    const machine = demand.kind === "virtual" ? null : this.#bestMachine(demand, reasons);
    if (host !== null) {
      this.#takeHost(demand, host);
      const { id, name, siteId } = host.host;
      return { placement: this.#placementOf(demand, { hostId: id, name, siteId, fit: host.fit }, reasons) };
    }
    if (machine !== null) {
      this.#takenMachines.set(machine.machine.id, demand.name);
      const { id, name, siteId } = machine.machine;
      return { placement: this.#placementOf(demand, { machineId: id, name, siteId, fit: machine.fit }, reasons) };
    }
    return { reasons: reasons.list(this.#candidatesOf(demand), null) };
  }

  left(): Map<string, Use> {
    return new Map(this.#picture.hosts.map((host) => [host.id, freeOf(host, this.#planned.get(host.id) ?? NOTHING)]));
  }

  #bestHost(demand: Demand, reasons: ReasonList): HostChoice | null {
    let best: HostChoice | null = null;
    for (const host of this.#picture.hosts) {
      const fit = fitHost(demand, host, this.#planned.get(host.id) ?? NOTHING, this.#picture.networks);
      reasons.add(host.name, fit);
      if (!fit.fits) continue;
      const choice = { host, fit };
      if (best === null || this.#compareHosts(demand, choice, best) < 0) best = choice;
    }
    return best;
  }

  #bestMachine(demand: Demand, reasons: ReasonList): RankedMachine | null {
    const { ranked, misfits } = this.#machines.of(demand);
    let best: RankedMachine | null = null;
    for (const choice of ranked) {
      const taker = this.#takenMachines.get(choice.machine.id);
      if (taker === undefined) {
        best ??= choice;
        reasons.add(choice.machine.name, choice.fit);
      } else reasons.add(choice.machine.name, { fits: false, why: `is taken by ${taker} of the same request` });
      if (best !== null && reasons.isFull) break;
    }
    for (const { name, why } of misfits) reasons.add(name, { fits: false, why });
    return best;
  }

  #candidatesOf({ kind }: Demand): number {
    const { machines, hosts } = this.#picture;
    return (kind === "virtual" ? 0 : machines.length) + (kind === "physical" ? 0 : hosts.length);
  }

  #compareHosts(demand: Demand, a: HostChoice, b: HostChoice): number {
    const together = this.#mates(demand, a.host) - this.#mates(demand, b.host);
    if (together !== 0) return together;
    const byWaste = compareLists(a.fit.waste, b.fit.waste);
    if (byWaste !== 0) return (demand.goal ?? this.#picture.goal) === "spread" ? -byWaste : byWaste;
    return a.host.name < b.host.name ? -1 : 1;
  }

  /** How many of the same group are already there: a wish to be apart, not a rule. */
  #mates(demand: Demand, host: HostCandidate): number {
    return (this.#groupsOnHost.get(host.id) ?? []).filter((group) => group === demand.group).length;
  }

  #takeHost(demand: Demand, { host }: HostChoice): void {
    this.#planned.set(host.id, addUse(this.#planned.get(host.id) ?? NOTHING, useOf(demand)));
    this.#groupsOnHost.set(host.id, [...(this.#groupsOnHost.get(host.id) ?? []), demand.group]);
  }

  #placementOf(demand: Demand, place: Place, reasons: ReasonList): Placement {
    return {
      serverId: demand.serverId,
      kind: place.machineId === undefined ? "virtual" : "physical",
      poolId: this.#picture.poolId,
      pool: this.#picture.pool,
      siteId: place.siteId,
      machineId: place.machineId ?? null,
      hostId: place.hostId ?? null,
      on: place.name,
      disks: place.fit.disks,
      reasons: reasons.list(this.#candidatesOf(demand), { candidate: place.name, fits: true, why: place.fit.why }),
    };
  }
}

interface Place {
  readonly machineId?: string;
  readonly hostId?: string;
  readonly name: string;
  readonly siteId: string;
  readonly fit: Fits;
}

/** The hard to place first: physical, then by memory and cores; equal ones in the order asked. */
function inOrder(demands: readonly Demand[]): Demand[] {
  const rank = { physical: 0, virtual: 1, either: 2 } as const;
  return [...demands].sort(
    (a, b) =>
      rank[a.kind] - rank[b.kind] || b.memoryMiB - a.memoryMiB || b.cores - a.cores || b.disks.length - a.disks.length,
  );
}
