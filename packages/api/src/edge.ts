import { z } from "zod";
import { IpAddress, MacAddress, Name, Timestamp } from "./common.ts";

/**
 * What a site's edge is told and tells, over its UNIX socket. Everything here ends in files of dnsmasq, so every text is
 * of a form without spaces, commas or control characters.
 */

/** Ports on which booting machines find the edge. */
export const BOOT_HTTP_PORT = 8080;
export const BOOT_HTTPS_PORT = 8443;

const Interface = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, "the name of a network interface");
/** RFC 1123, one label or a full name. */
export const Hostname = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/,
    "a host name (RFC 1123, lower case)",
  );
const Ipv4 = z.ipv4();

export const DhcpNetwork = z.strictObject({
  name: Name,
  cidr: z.cidrv4(),
  interface: Interface,
  gateway: Ipv4.nullable(),
  dns: z.array(Ipv4).max(4),
  /** `proxy` leaves addresses to the site's own DHCP server and only adds what network boot needs. */
  mode: z.enum(["server", "proxy"]),
  /** Addresses for machines without a reservation; null gives them none. */
  dynamicRange: z.strictObject({ start: Ipv4, end: Ipv4 }).nullable(),
  /** The edge's own address there, where booting machines reach it. The gateway's when not given. */
  address: Ipv4.optional(),
});
export type DhcpNetwork = z.infer<typeof DhcpNetwork>;

export const DhcpHost = z.strictObject({ mac: MacAddress, ip: Ipv4, hostname: Hostname });
export type DhcpHost = z.infer<typeof DhcpHost>;

/** The whole desired state of a site's DHCP. */
export const DhcpState = z
  .strictObject({ networks: z.array(DhcpNetwork).max(256), hosts: z.array(DhcpHost).max(20_000) })
  .superRefine((state, context) => {
    for (const [field, values] of [
      ["networks.name", state.networks.map((n) => n.name)],
      ["networks.interface", state.networks.map((n) => n.interface)],
      ["hosts.mac", state.hosts.map((h) => h.mac)],
      ["hosts.ip", state.hosts.map((h) => h.ip)],
    ] as const) {
      const seen = new Set<string>();
      const twice = values.find((value) => seen.size === seen.add(value).size);
      if (twice !== undefined) context.addIssue({ code: "custom", path: [field], message: `${twice} is there twice` });
    }
    for (const network of state.networks) {
      if (network.address === undefined && network.gateway === null) {
        context.addIssue({
          code: "custom",
          path: ["networks.address"],
          message: `${network.name} needs an address of the edge or a gateway`,
        });
      }
    }
  });
export type DhcpState = z.infer<typeof DhcpState>;

export const DhcpLease = z.object({
  mac: MacAddress,
  ip: IpAddress,
  hostname: z.string().nullable(),
  expiresAt: Timestamp.nullable(),
});
export type DhcpLease = z.infer<typeof DhcpLease>;

/** Answer of `GET /dhcp`. */
export const DhcpStatus = z.object({
  networks: z.array(DhcpNetwork),
  hosts: z.array(DhcpHost),
  leases: z.array(DhcpLease),
});
export type DhcpStatus = z.infer<typeof DhcpStatus>;

/** Where requests of booting machines go, and the certificate that they are served with. */
export const BootUpstream = z.strictObject({
  upstream: z.string().regex(/^\/[^\0\n]{1,106}$/, "an absolute path of a UNIX socket"),
  tls: z.strictObject({ certificate: z.string().max(20_000), key: z.string().max(20_000) }).nullable(),
});
export type BootUpstream = z.infer<typeof BootUpstream>;

export const EdgeHealth = z.object({ ok: z.boolean(), dnsmasq: z.enum(["running", "stopped"]), version: z.string() });
export type EdgeHealth = z.infer<typeof EdgeHealth>;
