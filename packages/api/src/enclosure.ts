import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { MachineInfo } from "./machine.ts";
import { type Contract, route } from "./route.ts";

export const EnclosureInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  site: z.string(),
  model: z.string().nullable(),
  bays: z.number().int(),
  filled: z.number().int().describe("bays with a machine in them"),
  createdAt: Timestamp,
});

export const EnclosureDetail = EnclosureInfo.extend({
  machines: z.array(
    MachineInfo.pick({
      id: true,
      name: true,
      state: true,
      stateReason: true,
      server: true,
      model: true,
      cores: true,
      memoryMiB: true,
      health: true,
      power: true,
      maintenance: true,
    }).extend({ bay: z.number().int() }),
  ),
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });

export const enclosureContract = {
  listEnclosures: route({
    method: "GET",
    path: "/v1/enclosures",
    tag: "machines",
    rule: "estate-read",
    summary: "Enclosures with their bays",
    query: listQuery({ site: Name.optional() }, ["name", "createdAt"]),
    response: pageOf(EnclosureInfo),
    cli: {
      words: ["enclosure", "list"],
      columns: ["name", "site", "model", "bays", "filled"],
      example: "berth enclosure list",
    },
  }),
  getEnclosure: route({
    method: "GET",
    path: "/v1/enclosures/{id}",
    tag: "machines",
    rule: "estate-read",
    summary: "One enclosure and what stands in its bays",
    params,
    response: EnclosureDetail,
    cli: { words: ["enclosure", "show"], args: ["id"], example: "berth enclosure show lab-enclosure-1" },
  }),
  createEnclosure: route({
    method: "POST",
    path: "/v1/enclosures",
    tag: "machines",
    rule: "operate",
    summary: "Record an enclosure",
    body: z.strictObject({
      name: Name.describe("name of the enclosure"),
      site: Name.describe("site where it stands"),
      model: z.string().min(1).max(200).optional(),
      bays: z.number().int().min(1).max(1000).describe("how many bays it has"),
    }),
    response: EnclosureInfo,
    status: 201,
    starts: true,
    cli: {
      words: ["enclosure", "create"],
      args: ["name"],
      example: "berth enclosure create lab-enclosure-1 --site lab --bays 8",
    },
  }),
  deleteEnclosure: route({
    method: "DELETE",
    path: "/v1/enclosures/{id}",
    tag: "machines",
    rule: "operate",
    summary: "Forget an enclosure; refused while a machine stands in it",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["enclosure", "delete"], args: ["id"], example: "berth enclosure delete lab-enclosure-1" },
  }),
} satisfies Contract;
