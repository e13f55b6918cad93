import { z } from "zod";
import { type Contract, route } from "./route.ts";

const Amounts = z.object({
  machines: z.number().int(),
  cores: z.number().int().describe("of hosts, for virtual servers"),
  memoryMiB: z.number().int(),
  storageGiB: z.number().int(),
});

const Share = Amounts.extend({
  who: z.string().describe("an owner; for those who may not see others: `you` and `others`"),
  services: z.number().int(),
});

const PoolUsage = z.object({
  pool: z.string(),
  hosts: z.number().int(),
  total: Amounts,
  promised: Amounts.describe("promised to somebody at this moment"),
  addresses: z.object({ total: z.number().int(), held: z.number().int() }).describe("of its networks' own ranges"),
  shares: z.array(Share).describe("largest first, the first 100"),
});

const Day = z.object({
  date: z.iso.date().describe("in UTC"),
  promised: Amounts.describe("the most that is promised at any moment of the day"),
  holders: z.array(z.string()).nullable().describe("whose services; null for those who may not see it"),
});

export const usageContract = {
  getUsage: route({
    method: "GET",
    path: "/v1/usage",
    tag: "pools",
    rule: "signed-in",
    summary: "What the pools that the caller may use hold, and who uses how much of it",
    response: z.object({ items: z.array(PoolUsage) }),
    cli: {
      words: ["usage"],
      columns: [
        "pool",
        "promised.machines",
        "total.machines",
        "hosts",
        "promised.cores",
        "total.cores",
        "promised.memoryMiB",
        "total.memoryMiB",
        "addresses.held",
        "addresses.total",
      ],
      example: "berth usage",
    },
  }),
  getPoolCalendar: route({
    method: "GET",
    path: "/v1/pools/{id}/calendar",
    tag: "pools",
    rule: "owner",
    summary: "What is promised of a pool, day by day",
    params: z.strictObject({ id: z.string().min(1).max(100).describe("id or name") }),
    query: z.strictObject({
      from: z.iso.date().optional().describe("first day; today if not given"),
      to: z.iso.date().optional().describe("last day, at most a year on; 30 days if not given"),
    }),
    response: z.object({ pool: z.string(), total: Amounts, items: z.array(Day) }),
    cli: {
      words: ["pool", "calendar"],
      args: ["id"],
      columns: ["date", "promised.machines", "promised.cores", "promised.memoryMiB", "promised.storageGiB", "holders"],
      example: "berth pool calendar default --to 2027-01-31",
    },
  }),
} satisfies Contract;
