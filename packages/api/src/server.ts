import { z } from "zod";
import { Id, IpAddress, MacAddress, OperationLink, PowerState, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

export const ServerState = z.enum([
  "defined",
  "reserved",
  "provisioning",
  "active",
  "inactive",
  "retiring",
  "retired",
  "failed",
]);

export const ServerInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  hostname: z.string(),
  kind: z.enum(["physical", "virtual"]),
  state: ServerState,
  service: z.string(),
  project: z.string().nullable(),
  group: z.string(),
  on: z.string().nullable().describe("machine or host where it has landed"),
  cores: z.number().int(),
  memoryMiB: z.number().int(),
  address: IpAddress.nullable().describe("address of its primary network"),
  power: z.object({ wanted: PowerState, observed: PowerState, observedAt: Timestamp.nullable() }),
  allowed: z.array(z.string()),
  refused: z.record(z.string(), z.string()).describe("why not what may not be done now"),
  createdAt: Timestamp,
});

export const ServerDetail = ServerInfo.extend({
  uuid: z.string().nullable(),
  serial: z.string().nullable(),
  image: z.string(),
  nics: z.array(z.object({ network: z.string(), mac: MacAddress, ip: IpAddress.nullable() })),
  disks: z.array(z.object({ name: z.string(), sizeGiB: z.number(), role: z.string() })),
  sshHostKey: z.string().nullable().describe("public key, as in known_hosts"),
});

export const Decision = z.object({
  id: z.string(),
  at: Timestamp,
  subject: z.string().describe("the server that it is about, or the service or request itself"),
  kind: z.string().describe("what was decided: placement, boot, price, lease"),
  chosen: z.string(),
  reasons: z.array(z.object({ candidate: z.string(), fits: z.boolean(), why: z.string() })),
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });
const verb = <const W extends string>(word: W, summary: string) =>
  route({
    method: "POST",
    path: `/v1/servers/{id}/${word}`,
    tag: "servers",
    rule: "owner",
    summary,
    params,
    body: z.strictObject({}),
    response: OperationLink,
    status: 202,
    starts: true,
    cli: { words: ["server", word], args: ["id"], example: `berth server ${word} shop-app-1`, follows: "operation" },
  });

export const serverContract = {
  listServers: route({
    method: "GET",
    path: "/v1/servers",
    tag: "servers",
    rule: "owner",
    summary: "Logical servers, physical and virtual alike",
    query: listQuery(
      {
        state: ServerState.optional(),
        kind: z.enum(["physical", "virtual"]).optional(),
        service: z.string().max(100).optional(),
        project: z.string().max(100).optional(),
        on: z.string().max(100).optional().describe("name of the machine or host where they have landed"),
      },
      ["name", "createdAt"],
    ),
    response: pageOf(ServerInfo),
    cli: {
      words: ["server", "list"],
      columns: ["name", "hostname", "kind", "state", "on", "address", "power.observed", "service"],
      example: "berth server list --kind physical",
    },
  }),
  getServer: route({
    method: "GET",
    path: "/v1/servers/{id}",
    tag: "servers",
    rule: "owner",
    summary: "One server: state, where it has landed, identity, addresses, disks",
    params,
    response: ServerDetail,
    cli: { words: ["server", "show"], args: ["id"], example: "berth server show shop-app-1" },
  }),
  startServer: verb("start", "Power the server on"),
  stopServer: verb("stop", "Ask the server to shut down, and power it off when it has not after a minute"),
  restartServer: verb("restart", "Restart the server"),
  explain: route({
    method: "GET",
    path: "/v1/why/{kind}/{id}",
    tag: "servers",
    rule: "owner",
    summary: "Why: the automatic decisions about a server, service or request, with every candidate and its reason",
    params: z.strictObject({ kind: z.enum(["server", "service", "request"]), id: z.string().min(1).max(100) }),
    response: z.object({ items: z.array(Decision) }),
    cli: {
      words: ["why"],
      args: ["kind", "id"],
      example: "berth why server shop-db-1",
      columns: ["subject", "at", "kind", "chosen", "reasons"],
    },
  }),
} satisfies Contract;
