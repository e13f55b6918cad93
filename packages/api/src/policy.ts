import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const BootAction = z
  .enum(["inspect", "wait", "disk"])
  .describe("inspect: the service OS looks at it and waits; wait: nothing is booted; disk: what is on its disk");

const Match = {
  mac: z
    .string()
    .regex(/^[0-9a-f]{2}(?::[0-9a-f]{2}){0,5}$/, "the beginning of a MAC address, like 52:54:00")
    .optional()
    .describe("how the address of the card that boots begins"),
  model: z.string().min(1).max(100).optional().describe("the hardware's model, as its management controller names it"),
  serial: z.string().min(1).max(100).optional().describe("serial number of the machine"),
};

const PolicyBody = z.strictObject({
  action: BootAction,
  position: z.number().int().min(1).max(100_000).default(100).describe("lower ones are looked at first"),
  ...Match,
});

export const BootPolicyInfo = z.object({
  id: Id,
  name: z.string(),
  position: z.number().int(),
  action: BootAction,
  mac: z.string().nullable(),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  createdAt: Timestamp,
});

export const BootExplanation = z.object({
  machine: z.string(),
  chosen: z.string().describe("what it would boot now: service-os/install, service-os/inspect, disk, wait, …"),
  reason: z.string(),
  policy: z.string().nullable().describe("the policy that decides, if one does"),
  policies: z.array(z.object({ name: z.string(), isMatch: z.boolean(), why: z.string() })).describe("in their order"),
});

export const BootDecision = z.object({
  id: z.string(),
  mac: z.string(),
  peer: z.string(),
  platform: z.string(),
  chosen: z.string(),
  reason: z.string(),
  times: z.number().int().describe("how often in a row it was decided so"),
  firstAt: Timestamp,
  lastAt: Timestamp,
});

const params = z.strictObject({ name: Name.describe("name of the policy") });
const machine = z.strictObject({ id: z.string().min(1).max(100).describe("the machine's id or name") });

export const policyContract = {
  listBootPolicies: route({
    method: "GET",
    path: "/v1/boot-policies",
    tag: "boot",
    rule: "estate-read",
    summary: "What idle machines boot, by what they are; the first policy that matches decides",
    query: listQuery({}, ["position", "name"]),
    response: pageOf(BootPolicyInfo),
    cli: {
      words: ["policy", "list"],
      columns: ["position", "name", "mac", "model", "serial", "action"],
      example: "berth policy list",
    },
  }),
  applyBootPolicy: route({
    method: "PUT",
    path: "/v1/boot-policies/{name}",
    tag: "boot",
    rule: "operate",
    summary: "Make the policy be so; what it does not name matches every machine",
    params,
    body: PolicyBody,
    response: BootPolicyInfo,
    cli: {
      words: ["policy", "apply"],
      args: ["name", "action"],
      example: "berth policy apply lab-cards-wait wait --mac 52:54:00 --position 10",
    },
  }),
  deleteBootPolicy: route({
    method: "DELETE",
    path: "/v1/boot-policies/{name}",
    tag: "boot",
    rule: "operate",
    summary: "Delete a policy",
    params,
    response: z.object({}),
    cli: { words: ["policy", "delete"], args: ["name"], example: "berth policy delete lab-cards-wait" },
  }),
  explainBoot: route({
    method: "GET",
    path: "/v1/machines/{id}/boot",
    tag: "boot",
    rule: "estate-read",
    summary: "What a machine would boot now, and why",
    params: machine,
    response: BootExplanation,
    cli: { words: ["policy", "explain"], args: ["id"], example: "berth policy explain lab-blade-1" },
  }),
  listBoots: route({
    method: "GET",
    path: "/v1/machines/{id}/boots",
    tag: "boot",
    rule: "estate-read",
    summary: "What a machine booted from the network, and why, the newest first",
    params: machine,
    query: listQuery({}, ["lastAt"]),
    response: pageOf(BootDecision),
    cli: {
      words: ["machine", "boots"],
      args: ["id"],
      columns: ["lastAt", "times", "mac", "peer", "platform", "chosen", "reason"],
      example: "berth machine boots lab-blade-1",
    },
  }),
} satisfies Contract;
