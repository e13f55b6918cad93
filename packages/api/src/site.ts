import { z } from "zod";
import { Id, Name, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const SocketPath = z
  .string()
  .max(107)
  .regex(/^\/[^\0\n\r]*$/, "an absolute path");
const Interface = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, "the name of a network interface");

/** How the controller reaches what is at a site, and which of the edge's interfaces is in which network. */
export const SiteDial = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("direct") }),
  z.strictObject({
    kind: z.literal("edge"),
    socket: SocketPath,
    interfaces: z.record(Name, Interface).default({}),
  }),
]);

export const SiteInfo = z.object({
  id: Id,
  version: z.number().int(),
  name: z.string(),
  dial: SiteDial,
  machines: z.number().int(),
  hosts: z.number().int(),
  networks: z.number().int(),
  createdAt: Timestamp,
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });
const dial = SiteDial.describe('{"kind":"direct"}, or {"kind":"edge","socket":"/path","interfaces":{"lan":"lan0"}}');
const columns = ["name", "dial.kind", "machines", "hosts", "networks", "createdAt"];

export const siteContract = {
  listSites: route({
    method: "GET",
    path: "/v1/sites",
    tag: "sites",
    rule: "estate-read",
    summary: "Places with networks of their own",
    query: listQuery({}, ["name", "createdAt"]),
    response: pageOf(SiteInfo),
    cli: { words: ["site", "list"], columns, example: "berth site list" },
  }),
  getSite: route({
    method: "GET",
    path: "/v1/sites/{id}",
    tag: "sites",
    rule: "estate-read",
    summary: "One site and how it is reached",
    params,
    response: SiteInfo,
    cli: { words: ["site", "show"], args: ["id"], example: "berth site show lab" },
  }),
  createSite: route({
    method: "POST",
    path: "/v1/sites",
    tag: "sites",
    rule: "operate",
    summary: "Record a site: everything else in the estate stands at one",
    body: z.strictObject({ name: Name.describe("name of the site"), dial: dial.default({ kind: "direct" }) }),
    response: SiteInfo,
    status: 201,
    starts: true,
    cli: {
      words: ["site", "create"],
      args: ["name"],
      example: `berth site create lab --dial '{"kind":"edge","socket":"/run/berth/edge.sock"}'`,
    },
  }),
  updateSite: route({
    method: "PATCH",
    path: "/v1/sites/{id}",
    tag: "sites",
    rule: "operate",
    summary: "Change how a site is reached",
    params,
    body: z.strictObject({ dial }),
    response: SiteInfo,
    versioned: true,
    cli: { words: ["site", "update"], args: ["id"], example: `berth site update lab --dial '{"kind":"direct"}'` },
  }),
  deleteSite: route({
    method: "DELETE",
    path: "/v1/sites/{id}",
    tag: "sites",
    rule: "operate",
    summary: "Forget a site; refused while anything stands at it",
    params,
    response: z.object({}),
    status: 204,
    cli: { words: ["site", "delete"], args: ["id"], example: "berth site delete lab" },
  }),
} satisfies Contract;
