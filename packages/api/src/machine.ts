import { z } from "zod";
import { Id, MacAddress, Name, OperationLink, PowerState, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const MachineState = z.enum(["enrolled", "inspecting", "available", "in-use", "cleaning", "failed", "retired"]);

/** What a provider of that type wants; checked by its own schema, secrets are never shown again. */
const Settings = z
  .record(z.string().max(100), z.unknown())
  .describe("as the provider wants them, for example endpoint, username, password");
const Provider = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, "a provider's type")
  .describe("type of the management controller's provider, for example redfish");

export const NewMachine = z.strictObject({
  name: Name.describe("name of the machine"),
  site: Name.describe("site where it stands"),
  enclosure: Name.optional().describe("enclosure it stands in"),
  bay: z.number().int().min(1).max(1000).optional().describe("bay of the enclosure"),
  provider: Provider,
  settings: Settings,
  systemId: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("its id at the management controller; not needed where that manages one machine only"),
});

export const MachineInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  site: z.string(),
  enclosure: z.string().nullable(),
  bay: z.number().int().nullable(),
  state: MachineState,
  stateReason: z.string().nullable(),
  server: z.string().nullable().describe("the server that has landed on it"),
  provider: z.string().nullable(),
  systemId: z.string().nullable(),
  manufacturer: z.string().nullable(),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  firmware: z.enum(["bios", "uefi"]).nullable(),
  cores: z.number().int().nullable(),
  memoryMiB: z.number().int().nullable(),
  health: z.enum(["ok", "warning", "critical", "unknown"]),
  power: z.object({
    wanted: PowerState.nullable().describe("what the server on it is to be; null while it serves nobody"),
    observed: PowerState,
    observedAt: Timestamp.nullable(),
  }),
  maintenance: z.boolean(),
  maintenanceReason: z.string().nullable(),
  inspectedAt: Timestamp.nullable(),
  allowed: z.array(z.string()).describe("what may be done with it now"),
  refused: z.record(z.string(), z.string()).describe("what may not be done with it now, and why"),
  createdAt: Timestamp,
});

export const MachineDetail = MachineInfo.extend({
  uuid: z.string().nullable(),
  assetTag: z.string().nullable(),
  nics: z.array(z.object({ id: z.string(), mac: MacAddress })),
  disks: z.array(z.object({ id: z.string(), sizeBytes: z.number() })),
  settings: z.record(z.string(), z.unknown()).describe("without secrets"),
  hasCredentials: z.boolean(),
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });
const Reason = z.string().min(1).max(500);

const verb = <const W extends string>(word: W, summary: string) =>
  route({
    method: "POST",
    path: `/v1/machines/{id}/${word}`,
    tag: "machines",
    rule: "operate",
    summary,
    params,
    body: z.strictObject({}),
    response: MachineDetail,
    starts: true,
    cli: { words: ["machine", word], args: ["id"], example: `berth machine ${word} lab-blade-1` },
  });

export const machineContract = {
  listMachines: route({
    method: "GET",
    path: "/v1/machines",
    tag: "machines",
    rule: "estate-read",
    scoped: true,
    summary: "Physical machines",
    query: listQuery(
      {
        site: Name.optional(),
        enclosure: Name.optional(),
        state: MachineState.optional(),
        health: z.enum(["ok", "warning", "critical", "unknown"]).optional(),
        maintenance: z.stringbool().optional(),
      },
      ["name", "createdAt", "state"],
    ),
    response: pageOf(MachineInfo),
    cli: {
      words: ["machine", "list"],
      columns: [
        "name",
        "enclosure",
        "bay",
        "state",
        "server",
        "power.observed",
        "health",
        "cores",
        "memoryMiB",
        "model",
      ],
      example: "berth machine list --state available",
    },
  }),
  getMachine: route({
    method: "GET",
    path: "/v1/machines/{id}",
    tag: "machines",
    rule: "estate-read",
    scoped: true,
    summary: "One machine: state, hardware, management controller",
    params,
    response: MachineDetail,
    cli: { words: ["machine", "show"], args: ["id"], example: "berth machine show lab-blade-1" },
  }),
  createMachine: route({
    method: "POST",
    path: "/v1/machines",
    tag: "machines",
    rule: "operate",
    summary: "Enrol a machine: its management controller is asked what it is, then it is available",
    body: NewMachine,
    response: MachineDetail,
    status: 201,
    starts: true,
    cli: {
      words: ["machine", "create"],
      args: ["name"],
      example: `berth machine create lab-blade-1 --site lab --provider redfish --settings '{"endpoint":"https://10.77.0.11","username":"berth","password":"…"}'`,
    },
  }),
  createMachines: route({
    method: "POST",
    path: "/v1/machines/bulk",
    tag: "machines",
    rule: "operate",
    summary: "Enrol many machines at once; each is answered for by itself",
    body: z.strictObject({ items: z.array(NewMachine).min(1).max(500) }),
    response: z.object({
      items: z.array(
        z.object({
          name: z.string(),
          id: Id.nullable().describe("null where it was not enrolled"),
          error: z.object({ code: z.string(), message: z.string() }).nullable(),
        }),
      ),
    }),
    starts: true,
    bodyLimitBytes: 4 * 1024 * 1024,
  }),
  updateMachine: route({
    method: "PATCH",
    path: "/v1/machines/{id}",
    tag: "machines",
    rule: "operate",
    summary: "Change where a machine stands or how it is managed; changed settings need the credentials anew",
    params,
    body: z.strictObject({
      enclosure: Name.nullable().optional(),
      bay: z.number().int().min(1).max(1000).nullable().optional(),
      settings: Settings.optional(),
      systemId: z.string().min(1).max(200).optional(),
    }),
    response: MachineDetail,
    versioned: true,
    cli: { words: ["machine", "update"], args: ["id"], example: "berth machine update lab-blade-1 --bay 4" },
  }),
  inspectMachine: verb("inspect", "Ask the management controller again what the machine is"),
  maintainMachine: route({
    method: "POST",
    path: "/v1/machines/{id}/maintenance",
    tag: "machines",
    rule: "operate",
    scoped: true,
    summary: "Keep a machine from being used, or let it be used again; what runs on it stays",
    params,
    body: z.strictObject({
      state: z.enum(["on", "off"]),
      reason: Reason.optional().describe("why, for those who wonder"),
    }),
    response: MachineDetail,
    starts: true,
    cli: {
      words: ["machine", "maintenance"],
      args: ["id", "state"],
      example: "berth machine maintenance lab-blade-1 on --reason 'new fan'",
    },
  }),
  powerMachine: route({
    method: "POST",
    path: "/v1/machines/{id}/power",
    tag: "machines",
    rule: "operate",
    scoped: true,
    summary: "Switch a machine hard; one that serves a server only when that server is named",
    params,
    body: z.strictObject({
      action: z.enum(["on", "off", "reset"]),
      server: Name.optional().describe("the server on it that this is meant for"),
    }),
    response: OperationLink,
    status: 202,
    starts: true,
    cli: {
      words: ["machine", "power"],
      args: ["id", "action"],
      example: "berth machine power lab-blade-1 off",
      follows: "operation",
    },
  }),
  retireMachine: verb("retire", "Take a machine out of service for good, and keep its record"),
  deleteMachine: route({
    method: "DELETE",
    path: "/v1/machines/{id}",
    tag: "machines",
    rule: "operate",
    summary: "Forget a machine; refused while it serves or is promised to a server",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["machine", "delete"], args: ["id"], example: "berth machine delete lab-blade-1" },
  }),
} satisfies Contract;
