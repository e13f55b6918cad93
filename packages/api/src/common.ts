import { z } from "zod";

export const Id = z.uuid();
/** Names of things people make: what fits a DNS label, so that it can travel into any other system. */
export const Name = z.string().regex(
  // Where an id or a name may be given, a name must not look like an id: it could never be found by it.
  /^(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  "lower-case letters, digits and hyphens, 1 to 63, no hyphen at the ends, and no UUID",
);
export const Timestamp = z.iso.datetime({ offset: true });
export const MacAddress = z.string().regex(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/, "a MAC address like 52:54:00:12:34:56");
export const IpAddress = z.union([z.ipv4(), z.ipv6()]);
export const Cidr = z.union([z.cidrv4(), z.cidrv6()]);

/** What a call that takes long answers with (202): follow it at `/v1/operations/{id}`. */
export const OperationLink = z.object({ operationId: z.string() });

/** Wanted, seen, and when it was seen are three things. */
export const PowerState = z.enum(["on", "off", "unknown"]);
