import type { FieldProblem } from "@berth/api/errors.ts";
import {
  type AddressRange,
  contains,
  overlaps,
  parseAddress,
  parseCidr,
  type Subnet,
  usableRange,
} from "./address-rules.ts";

export type RangeKind = "automatic" | "discovery" | "excluded";

export interface RangePlan {
  readonly kind: RangeKind;
  readonly start: string;
  readonly end: string;
}

export interface NetworkPlan {
  readonly cidr: string;
  readonly gateway?: string | null | undefined;
  readonly ranges: readonly RangePlan[];
}

/** What can't be in a network, field by field. */
export function networkProblems(plan: NetworkPlan): FieldProblem[] {
  const subnet = parseCidr(plan.cidr);
  if (subnet === null)
    return [
      {
        field: "cidr",
        message: `${plan.cidr} has bits set behind its prefix; name the network itself, like 10.77.1.0/24`,
      },
    ];
  const ranges = plan.ranges.map((range, i) => rangeProblems(subnet, range, plan.ranges.slice(0, i), `ranges[${i}].`));
  return [...gatewayProblems(subnet, plan.cidr, plan.gateway ?? null), ...ranges.flat()];
}

export function gatewayProblems(subnet: Subnet, cidr: string, gateway: string | null): FieldProblem[] {
  if (gateway === null) return [];
  const address = parseAddress(gateway);
  if (address !== null && contains(usableRange(subnet), address)) return [];
  return [{ field: "gateway", message: `${gateway} is not an address that something in ${cidr} can have` }];
}

/**
 * What is wrong with one range beside `others`. An excluded range may lie over others, that is what it is for; two
 * that are given out by different hands may not overlap.
 */
export function rangeProblems(
  subnet: Subnet,
  range: RangePlan,
  others: readonly RangePlan[],
  prefix = "",
): FieldProblem[] {
  const read = readRange(range);
  if (read === null) return [{ field: `${prefix}end`, message: `${range.end} does not come after ${range.start}` }];
  const problems: FieldProblem[] = [];
  if (!contains(subnet, read.first))
    problems.push({ field: `${prefix}start`, message: `${range.start} is not in the network` });
  if (!contains(subnet, read.last))
    problems.push({ field: `${prefix}end`, message: `${range.end} is not in the network` });
  for (const other of others) {
    const otherRange = readRange(other);
    const mayOverlap = (range.kind === "excluded") !== (other.kind === "excluded");
    if (otherRange !== null && !mayOverlap && overlaps(read, otherRange))
      problems.push({
        field: `${prefix}start`,
        message: `overlaps the ${other.kind} range ${other.start} to ${other.end}`,
      });
  }
  return problems;
}

/** Null when the two ends are of different families or in the wrong order. */
export function readRange(range: Pick<RangePlan, "start" | "end">): AddressRange | null {
  const first = parseAddress(range.start);
  const last = parseAddress(range.end);
  if (first === null || last === null || first.family !== last.family || first.value > last.value) return null;
  return { first, last };
}
