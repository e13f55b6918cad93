import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const IdentityKind = z.enum(["mac", "uuid", "serial"]).describe("what its values are");
const Value = z.string().min(1).max(64);

export const NewIdentityRange = z.strictObject({
  name: Name.describe("name of the range"),
  kind: IdentityKind,
  first: Value.describe("first value, like 02:42:ac:00:00:00, a UUID, or BRT-0001"),
  last: Value.describe("last value, included; serial numbers end in as many digits as the first"),
});

export const IdentityRangeInfo = z.object({
  id: Id,
  name: z.string(),
  kind: IdentityKind,
  first: z.string(),
  last: z.string(),
  createdAt: Timestamp,
});

export const identityRangeContract = {
  listIdentityRanges: route({
    method: "GET",
    path: "/v1/identity-ranges",
    tag: "networks",
    rule: "estate-read",
    summary: "Where MAC addresses, UUIDs and serial numbers of servers come from; tried in the order of their making",
    query: listQuery({ kind: IdentityKind.optional() }, ["name", "createdAt"]),
    response: pageOf(IdentityRangeInfo),
    cli: {
      words: ["identity-range", "list"],
      columns: ["name", "kind", "first", "last", "createdAt", "id"],
      example: "berth identity-range list --kind mac",
    },
  }),
  createIdentityRange: route({
    method: "POST",
    path: "/v1/identity-ranges",
    tag: "networks",
    rule: "operate",
    summary: "Add a range; one that overlaps another of its kind is refused",
    body: NewIdentityRange,
    response: IdentityRangeInfo,
    status: 201,
    cli: {
      words: ["identity-range", "create"],
      args: ["name"],
      example: "berth identity-range create more --kind mac --first 02:42:ac:00:00:00 --last 02:42:ac:00:ff:ff",
    },
  }),
  deleteIdentityRange: route({
    method: "DELETE",
    path: "/v1/identity-ranges/{id}",
    tag: "networks",
    rule: "operate",
    summary: "Take a range away; servers keep what they were given out of it",
    params: z.strictObject({ id: z.string().min(1).max(100).describe("id or name") }),
    response: z.object({}),
    status: 204,
    cli: { words: ["identity-range", "delete"], args: ["id"], example: "berth identity-range delete more" },
  }),
} satisfies Contract;
