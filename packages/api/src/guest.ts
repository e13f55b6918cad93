import { z } from "zod";
import { Id, Timestamp } from "./common.ts";
import { type Contract, route } from "./route.ts";

/** Getting at a server's running system. Its network need not be reachable from here: the controller relays. */

/**
 * `GET /v1/servers/{id}/tunnel?port=22` with `Connection: Upgrade`, `Upgrade: berth-tunnel` and an API token; after the
 * answer 101 the connection carries the bytes of that port. It can't be a route of the contract, which speaks JSON.
 */
export const TUNNEL_PROTOCOL = "berth-tunnel";

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });
export const Port = z.number().int().min(1).max(65_535);

export const guestContract = {
  accessServer: route({
    method: "POST",
    path: "/v1/servers/{id}/access",
    tag: "servers",
    rule: "owner",
    summary: "A certificate for an SSH key of your own, with which the server lets you in for a few minutes",
    params,
    body: z.strictObject({
      publicKey: z
        .string()
        .regex(/^ssh-ed25519 [A-Za-z0-9+/]{60,80}={0,2}$/, "an ed25519 key as in id_ed25519.pub, without its comment"),
    }),
    response: z.object({
      serverId: Id,
      hostname: z.string(),
      user: z.string(),
      hostKey: z.string().describe("the server's public key, as in known_hosts"),
      certificate: z.string().describe("as in id_ed25519-cert.pub"),
      expiresAt: Timestamp,
    }),
  }),
  fetchFromServer: route({
    method: "POST",
    path: "/v1/servers/{id}/fetch",
    tag: "servers",
    rule: "owner",
    summary: "Fetch a page that the server serves over HTTP",
    params,
    body: z.strictObject({
      port: Port.default(80),
      path: z
        .string()
        .regex(/^\/[\x21-\x7e]{0,2000}$/, "begins with a slash, and has no spaces")
        .default("/"),
    }),
    response: z.object({ status: z.number().int(), body: z.string().describe("at most the first MiB") }),
    cli: {
      words: ["server", "fetch"],
      args: ["id"],
      prints: "body",
      example: "berth server fetch shop-app-1 --port 8080",
    },
  }),
} satisfies Contract;
