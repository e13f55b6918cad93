import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const HostState = z.enum(["enrolled", "available", "unreachable", "failed", "retired"]);

const Bridge = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, "the name of a bridge");
const Settings = z
  .record(z.string().max(100), z.unknown())
  .describe("as the provider wants them, for example uri and socket");
const StoragePool = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "the name of a storage pool")
  .describe("storage pool on the host where disks go");
const Bridges = z.record(Name, Bridge).describe('which bridge is in which network: {"lan":"br-lan"}');

export const NewHost = z.strictObject({
  name: Name.describe("name of the host"),
  site: Name.describe("site where it stands"),
  provider: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, "a provider's type")
    .describe("type of its hypervisor's provider, for example libvirt"),
  settings: Settings,
  storagePool: StoragePool,
  bridges: Bridges.default({}),
});

export const HostInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  site: z.string(),
  provider: z.string(),
  state: HostState,
  stateReason: z.string().nullable(),
  hypervisor: z.string().nullable(),
  hypervisorVersion: z.string().nullable(),
  technique: z.string().nullable().describe("kvm, or emulated"),
  cores: z.number().int().nullable(),
  memoryMiB: z.number().int().nullable(),
  storageGiB: z.number().int().nullable(),
  storagePool: z.string(),
  bridges: z.record(z.string(), z.string()),
  maintenance: z.boolean(),
  maintenanceReason: z.string().nullable(),
  observedAt: Timestamp.nullable(),
  promised: z
    .object({ cores: z.number().int(), memoryMiB: z.number().int(), storageGiB: z.number().int() })
    .describe("what of it is promised to servers at this moment"),
  allowed: z.array(z.string()).describe("what may be done with it now"),
  refused: z.record(z.string(), z.string()).describe("what may not be done with it now, and why"),
  createdAt: Timestamp,
});

export const HostDetail = HostInfo.extend({
  settings: z.record(z.string(), z.unknown()).describe("without secrets"),
  hasCredentials: z.boolean(),
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });

export const hostContract = {
  listHosts: route({
    method: "GET",
    path: "/v1/hosts",
    tag: "hosts",
    rule: "estate-read",
    scoped: true,
    summary: "Computers that run a hypervisor",
    query: listQuery({ site: Name.optional(), state: HostState.optional(), maintenance: z.stringbool().optional() }, [
      "name",
      "createdAt",
      "state",
    ]),
    response: pageOf(HostInfo),
    cli: {
      words: ["host", "list"],
      columns: ["name", "site", "state", "hypervisor", "technique", "cores", "memoryMiB", "storageGiB", "maintenance"],
      example: "berth host list",
    },
  }),
  getHost: route({
    method: "GET",
    path: "/v1/hosts/{id}",
    tag: "hosts",
    rule: "estate-read",
    scoped: true,
    summary: "One host: hypervisor, size, bridges",
    params,
    response: HostDetail,
    cli: { words: ["host", "show"], args: ["id"], example: "berth host show lab-host-1" },
  }),
  createHost: route({
    method: "POST",
    path: "/v1/hosts",
    tag: "hosts",
    rule: "operate",
    summary: "Enrol a host: its hypervisor is asked what it has, then it is available",
    body: NewHost,
    response: HostDetail,
    status: 201,
    starts: true,
    cli: {
      words: ["host", "create"],
      args: ["name"],
      example: `berth host create lab-host-1 --site lab --provider libvirt --settings '{"socket":"/run/libvirt/libvirt-sock"}' --storage-pool berth --bridges '{"lan":"br-lan"}'`,
    },
  }),
  updateHost: route({
    method: "PATCH",
    path: "/v1/hosts/{id}",
    tag: "hosts",
    rule: "operate",
    summary: "Change how a host is reached or used; changed settings need the credentials anew",
    params,
    body: z.strictObject({
      settings: Settings.optional(),
      storagePool: StoragePool.optional(),
      bridges: Bridges.optional(),
    }),
    response: HostDetail,
    versioned: true,
    cli: {
      words: ["host", "update"],
      args: ["id"],
      example: `berth host update lab-host-1 --bridges '{"lan":"br-lan","storage":"br-storage"}'`,
    },
  }),
  refreshHost: route({
    method: "POST",
    path: "/v1/hosts/{id}/refresh",
    tag: "hosts",
    rule: "operate",
    scoped: true,
    summary: "Ask the hypervisor again what the host has",
    params,
    body: z.strictObject({}),
    response: HostDetail,
    starts: true,
    cli: { words: ["host", "refresh"], args: ["id"], example: "berth host refresh lab-host-1" },
  }),
  maintainHost: route({
    method: "POST",
    path: "/v1/hosts/{id}/maintenance",
    tag: "hosts",
    rule: "operate",
    scoped: true,
    summary: "Keep new servers off a host, or let them come again; what runs on it stays",
    params,
    body: z.strictObject({
      state: z.enum(["on", "off"]),
      reason: z.string().min(1).max(500).optional().describe("why, for those who wonder"),
    }),
    response: HostDetail,
    starts: true,
    cli: {
      words: ["host", "maintenance"],
      args: ["id", "state"],
      example: "berth host maintenance lab-host-1 on --reason 'more memory'",
    },
  }),
  deleteHost: route({
    method: "DELETE",
    path: "/v1/hosts/{id}",
    tag: "hosts",
    rule: "operate",
    summary: "Forget a host; refused while a server is on it or promised to it",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["host", "delete"], args: ["id"], example: "berth host delete lab-host-1" },
  }),
} satisfies Contract;
