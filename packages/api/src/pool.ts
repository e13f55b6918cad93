import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { Role } from "./role.ts";
import { type Contract, route } from "./route.ts";

const Goal = z.enum(["best-fit", "spread"]).describe("how VMs lie over hosts: fill one after the other, or keep apart");

/** The names of 25,000 members. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

const fields = {
  notes: z.string().max(2000),
  order: z.number().int().min(0).max(1_000_000).describe("place in lists, smaller first"),
  goal: Goal,
  users: z.array(Name).max(1000).describe("users who may use it; with no roles either, everybody may"),
  roles: z.array(Role).max(10).describe("roles on everything that may use it; who has a role on the pool may too"),
  machines: z.array(Name).max(25_000).describe("names of its machines"),
  hosts: z.array(Name).max(25_000).describe("names of its hosts"),
  networks: z.array(Name).max(1000).describe("networks its servers may join; none named: all"),
};

export const NewPool = z.strictObject({
  name: Name.describe("name of the pool"),
  notes: fields.notes.optional(),
  order: fields.order.default(100),
  goal: fields.goal.default("best-fit"),
  users: fields.users.default([]),
  roles: fields.roles.default([]),
  machines: fields.machines.default([]),
  hosts: fields.hosts.default([]),
  networks: fields.networks.default([]),
});

/** What there is and what is promised to somebody at this moment. */
const Amounts = z.object({
  machines: z.number().int(),
  cores: z.number().int().describe("of its hosts"),
  memoryMiB: z.number().int().describe("of its hosts"),
  storageGiB: z.number().int().describe("of its hosts"),
});

export const PoolInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  notes: z.string().nullable(),
  order: z.number().int(),
  goal: Goal,
  machineCount: z.number().int(),
  hostCount: z.number().int(),
  total: Amounts,
  promised: Amounts,
  createdAt: Timestamp,
});

export const ReservationInfo = z.object({
  id: Id,
  pool: z.string(),
  holder: z.string().describe("the service that holds it"),
  server: z.string(),
  group: z.string(),
  kind: z.enum(["physical", "virtual"]),
  on: z.string().describe("the machine or host"),
  cores: z.number().int(),
  memoryMiB: z.number().int(),
  storageGiB: z.number().int(),
  startsAt: Timestamp,
  endsAt: Timestamp,
  isOverdue: z.boolean().describe("its end has passed, and its release is not confirmed"),
});

export const PoolDetail = PoolInfo.extend({
  users: z.array(z.string()),
  roles: z.array(z.string()),
  machines: z.array(z.string()),
  hosts: z.array(z.string()),
  networks: z.array(z.string()),
  use: z.array(ReservationInfo).describe("who holds what, the first 200 by start; seen by who looks after the pool"),
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });

export const poolContract = {
  listPools: route({
    method: "GET",
    path: "/v1/pools",
    tag: "pools",
    rule: "signed-in",
    summary: "Resource pools that the caller may use",
    query: listQuery({ goal: Goal.optional() }, ["order", "name", "createdAt"]),
    response: pageOf(PoolInfo),
    cli: {
      words: ["pool", "list"],
      columns: [
        "name",
        "goal",
        "machineCount",
        "promised.machines",
        "hostCount",
        "promised.cores",
        "total.cores",
        "promised.memoryMiB",
        "total.memoryMiB",
      ],
      example: "berth pool list",
    },
  }),
  getPool: route({
    method: "GET",
    path: "/v1/pools/{id}",
    tag: "pools",
    rule: "owner",
    summary: "One pool: members, what is promised, and to whom",
    params,
    response: PoolDetail,
    cli: { words: ["pool", "show"], args: ["id"], example: "berth pool show default" },
  }),
  createPool: route({
    method: "POST",
    path: "/v1/pools",
    tag: "pools",
    rule: "operate",
    summary: "Make a pool of machines and hosts that may be used together",
    body: NewPool,
    response: PoolDetail,
    status: 201,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    cli: {
      words: ["pool", "create"],
      args: ["name"],
      example: "berth pool create default --machines lab-blade-1 --hosts lab-host-1",
    },
  }),
  updatePool: route({
    method: "PATCH",
    path: "/v1/pools/{id}",
    tag: "pools",
    rule: "operate",
    summary: "Change a pool; a list replaces the old one, and a member that is promised to somebody stays",
    params,
    body: z.strictObject({
      notes: fields.notes.nullable().optional(),
      order: fields.order.optional(),
      goal: fields.goal.optional(),
      users: fields.users.optional(),
      roles: fields.roles.optional(),
      machines: fields.machines.optional(),
      hosts: fields.hosts.optional(),
      networks: fields.networks.optional(),
    }),
    response: PoolDetail,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    versioned: true,
    cli: { words: ["pool", "update"], args: ["id"], example: "berth pool update default --goal spread" },
  }),
  deletePool: route({
    method: "DELETE",
    path: "/v1/pools/{id}",
    tag: "pools",
    rule: "operate",
    summary: "Remove a pool; refused while anything of it is promised. Its machines and hosts stay",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["pool", "delete"], args: ["id"], example: "berth pool delete default" },
  }),
  listReservations: route({
    method: "GET",
    path: "/v1/reservations",
    tag: "pools",
    rule: "estate-read",
    scoped: true,
    summary: "What is promised, to whom, and until when",
    query: listQuery({ pool: Name.optional(), kind: z.enum(["physical", "virtual"]).optional() }, [
      "startsAt",
      "endsAt",
      "server",
    ]),
    response: pageOf(ReservationInfo),
    cli: {
      words: ["pool", "use"],
      columns: ["pool", "holder", "server", "on", "cores", "memoryMiB", "storageGiB", "startsAt", "endsAt"],
      example: "berth pool use --pool default",
    },
  }),
} satisfies Contract;
