import { z } from "zod";
import { type Contract, route } from "./route.ts";

const Amount = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,7})(?:\.\d{1,4})?$/, "an amount like 0.75")
  .describe("per day, up to four decimals");

const PriceList = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, "three letters, like EUR"),
  physicalServer: Amount,
  virtualServer: Amount,
  core: Amount,
  memoryGiB: Amount,
  address: Amount,
  storageGiB: Amount,
});

export const PriceListInfo = PriceList.extend({ version: z.number().int() });

export const priceContract = {
  getPriceList: route({
    method: "GET",
    path: "/v1/price-list",
    tag: "templates",
    rule: "signed-in",
    summary: "What things cost per day",
    response: PriceListInfo,
    cli: { words: ["price", "show"], example: "berth price show" },
  }),
  putPriceList: route({
    method: "PUT",
    path: "/v1/price-list",
    tag: "templates",
    rule: "administrator",
    summary: "Replace the price list; what was requested before keeps its price",
    body: PriceList,
    response: PriceListInfo,
    versioned: true,
    cli: {
      words: ["price", "set"],
      example:
        "berth price set --currency EUR --physical-server 4 --virtual-server 0.5 --core 0.25 --memory-gib 0.1 --address 0.05 --storage-gib 0.01",
    },
  }),
} satisfies Contract;
