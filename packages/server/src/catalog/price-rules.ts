import type { PriceSummary } from "@berth/api/request.ts";
import type { z } from "zod";
import { moneyText, moneyUnits } from "../kernel/money.ts";
import type { Template } from "./template.ts";

/** Amounts per day with up to four decimals, as PostgreSQL's numeric writes them. */
export interface PriceList {
  readonly currency: string;
  readonly physicalServer: string;
  readonly virtualServer: string;
  readonly core: string;
  readonly memoryGiB: string;
  readonly address: string;
  readonly storageGiB: string;
}

export type Price = z.output<typeof PriceSummary>;
type Line = Price["lines"][number];

const MIB_PER_GIB = 1024n;

/** What `servers` physical and virtual ones of a template cost. A line's `perDay` is all of its items together. */
export function priceOf(
  list: PriceList,
  template: Template,
  days: number,
  servers: { readonly physical: number; readonly virtual: number },
): Price {
  const total = (each: (group: Template["groups"][number]) => number) =>
    template.groups.reduce((sum, group) => sum + group.count * each(group), 0);
  const memoryMiB = total((group) => group.memoryMiB);
  const amounts: Amount[] = [
    plain("physical server", servers.physical, list.physicalServer),
    plain("virtual server", servers.virtual, list.virtualServer),
    plain(
      "core",
      total((group) => group.cores),
      list.core,
    ),
    {
      item: "GiB of memory",
      count: memoryMiB / 1024,
      units: roundedDivision(BigInt(memoryMiB) * moneyUnits(list.memoryGiB), MIB_PER_GIB),
    },
    plain(
      "address",
      total((group) => group.nics.length),
      list.address,
    ),
    plain(
      "GiB of storage",
      total((group) => group.disks.reduce((sum, disk) => sum + disk.sizeGiB, 0)),
      list.storageGiB,
    ),
    ...template.costs.map((cost) => plain(cost.name, 1, cost.perDay)),
  ];
  const perDay = amounts.reduce((sum, amount) => sum + amount.units, 0n);
  return {
    currency: list.currency,
    perDay: moneyText(perDay),
    total: moneyText(perDay * BigInt(days)),
    days,
    lines: amounts.filter((amount) => amount.count > 0).map(lineOf),
  };
}

interface Amount {
  readonly item: string;
  readonly count: number;
  readonly units: bigint;
}

function plain(item: string, count: number, each: string): Amount {
  return { item, count, units: BigInt(count) * moneyUnits(each) };
}

function lineOf({ item, count, units }: Amount): Line {
  return { item, count, perDay: moneyText(units) };
}

function roundedDivision(value: bigint, by: bigint): bigint {
  return (value + by / 2n) / by;
}
