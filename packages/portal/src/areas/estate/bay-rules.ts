import type { MachineInfo } from "@berth/api/machine.ts";
import type { z } from "zod";
import type { Tone } from "../../kit/state-rules.ts";

type Machine = z.output<typeof MachineInfo>;

/** How a machine looks at a glance: what most needs to be known of it, in one word. */
export interface Look {
  readonly tone: Tone;
  readonly word: string;
}

/** The worst first: what is broken is told before what is used. */
export function lookOf({ state, health, maintenance }: Pick<Machine, "state" | "health" | "maintenance">): Look {
  if (state === "failed") return { tone: "bad", word: "failed" };
  if (health === "critical") return { tone: "bad", word: "critical health" };
  if (maintenance) return { tone: "waiting", word: "maintenance" };
  if (health === "warning") return { tone: "waiting", word: "health warning" };
  switch (state) {
    case "in-use":
      return { tone: "good", word: "in use" };
    case "available":
      return { tone: "idle", word: "free" };
    case "inspecting":
    case "cleaning":
      return { tone: "busy", word: state };
    case "enrolled":
      return { tone: "waiting", word: "not inspected" };
    case "retired":
      return { tone: "idle", word: "retired" };
  }
}

export interface Chassis {
  readonly columns: number;
  readonly rows: number;
}

/** Most chassis have eight blades side by side, and a second row below. */
const BAYS_ABREAST = 8;
const MOST_ABREAST = 16;

/** How the bays of an enclosure stand: numbered from the left to the right, row by row. */
export function chassisOf(bays: number): Chassis {
  const columns = bays <= 2 * BAYS_ABREAST ? Math.min(bays, BAYS_ABREAST) : MOST_ABREAST;
  return { columns: Math.max(1, columns), rows: Math.ceil(bays / Math.max(1, columns)) };
}

/** Which bay an arrow key leads to; null where there is none, or the key is another. */
export function bayAt(bay: number, key: string, { columns, bays }: { columns: number; bays: number }): number | null {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  if (key === "Home") return 1;
  if (key === "End") return bays;
  if (step === undefined) return null;
  const next = bay + step;
  return next >= 1 && next <= bays ? next : null;
}

/** Every bay with the machine in it, if any: what is drawn. */
export function fillBays<M extends { readonly bay: number }>(
  bays: number,
  machines: readonly M[],
): { bay: number; machine: M | null }[] {
  const byBay = new Map(machines.map((machine) => [machine.bay, machine]));
  return Array.from({ length: bays }, (_, i) => ({ bay: i + 1, machine: byBay.get(i + 1) ?? null }));
}

/** What a screen reader says of a bay, and what stands in its tooltip. */
export function bayWords(
  bay: number,
  machine: (Pick<Machine, "name" | "state" | "health" | "maintenance" | "server"> & { power: Machine["power"] }) | null,
): string {
  if (machine === null) return `Bay ${bay}: empty`;
  const serves = machine.server === null ? "" : `, carries ${machine.server}`;
  return `Bay ${bay}: ${machine.name}, ${lookOf(machine).word}, power ${machine.power.observed}${serves}`;
}
