import { z } from "zod";
import { Id, IpAddress, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const AddressKind = z
  .enum(["server", "reserved", "external"])
  .describe("held for a server, kept by an administrator, or seen in use by somebody else");

const AddressState = z
  .enum(["planned", "in-use", "overdue"])
  .describe("its time is to come, is now, or is over without its release being confirmed");

export const AddressInfo = z.object({
  id: Id,
  network: z.string(),
  ip: z.string(),
  kind: AddressKind,
  state: AddressState,
  server: z.string().nullable(),
  nic: z.number().int().nullable(),
  mode: z.enum(["automatic", "static", "dhcp"]).nullable(),
  note: z.string().nullable(),
  startsAt: Timestamp.nullable(),
  endsAt: Timestamp.nullable().describe("null when it has no end"),
});

export const addressContract = {
  listAddresses: route({
    method: "GET",
    path: "/v1/addresses",
    tag: "networks",
    rule: "estate-read",
    summary: "Addresses that are held, and by whom",
    query: listQuery({ network: Name.optional(), kind: AddressKind.optional(), state: AddressState.optional() }, [
      "ip",
    ]),
    response: pageOf(AddressInfo),
    cli: {
      words: ["address", "list"],
      columns: ["ip", "network", "kind", "state", "server", "nic", "mode", "endsAt", "note", "id"],
      example: "berth address list --network lan",
    },
  }),
  reserveAddress: route({
    method: "POST",
    path: "/v1/addresses",
    tag: "networks",
    rule: "operate",
    summary: "Keep an address, so that no server gets it",
    body: z.strictObject({
      network: Name.describe("network that it belongs to"),
      ip: IpAddress.describe("the address to keep"),
      note: z.string().min(1).max(200).optional().describe("for whom, or for what"),
    }),
    response: AddressInfo,
    status: 201,
    cli: {
      words: ["address", "reserve"],
      args: ["network", "ip"],
      example: "berth address reserve lan 10.77.1.50 --note printer",
    },
  }),
  releaseAddress: route({
    method: "DELETE",
    path: "/v1/addresses/{id}",
    tag: "networks",
    rule: "operate",
    summary: "Give back an address that an administrator kept; those of servers go with their servers",
    params: z.strictObject({ id: Id }),
    response: z.object({}),
    status: 204,
    cli: {
      words: ["address", "release"],
      args: ["id"],
      example: "berth address release 0198c0de-0000-7000-8000-000000000001",
    },
  }),
} satisfies Contract;
