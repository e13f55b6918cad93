import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import type { ServerRow } from "./store.ts";
import { primaryAddress } from "./views.ts";

/** The account that every guest gets at installation. */
export const GUEST_USER = "berth";

/** What it takes to reach a server's system over SSH and to know that it is the right one. */
export interface GuestAccess {
  readonly siteId: string;
  readonly ip: string;
  readonly user: string;
  /** Private key of the service's pair, OpenSSH form. */
  readonly privateKey: string;
  /** Public host key that was given to it at installation. */
  readonly hostKeyPublic: string;
  readonly hostname: string;
}

/** @throws AppError `conflict` for a server without an address of its own, or without a service. */
export async function guestAccess(db: Db | Tx, secrets: SecretBox, server: ServerRow): Promise<GuestAccess> {
  const ip = primaryAddress(server);
  if (ip === null)
    throw new AppError(
      "conflict",
      `server ${server.name} has no fixed address: its network's DHCP gives it one, which Berth does not know`,
    );
  const keys = await serviceKeys(db, secrets, server);
  return {
    siteId: server.site_id,
    ip,
    user: GUEST_USER,
    privateKey: keys.privateKey,
    hostKeyPublic: server.host_key_public,
    hostname: server.hostname,
  };
}

async function serviceKeys(
  db: Db | Tx,
  secrets: SecretBox,
  server: ServerRow,
): Promise<{ publicKey: string; privateKey: string }> {
  if (server.service_id === null) throw new AppError("conflict", `server ${server.name} belongs to no service`);
  const service = await db
    .selectFrom("service")
    .select(["id", "user_key_public", "user_key_sealed"])
    .where("id", "=", server.service_id)
    .executeTakeFirstOrThrow();
  return {
    publicKey: service.user_key_public,
    privateKey: secrets.open(service.user_key_sealed, `service:${service.id}`),
  };
}

/** What the seed of a server is made of: its names, addresses and keys. */
export async function seedFacts(db: Db | Tx, secrets: SecretBox, server: ServerRow) {
  const keys = await serviceKeys(db, secrets, server);
  return {
    instanceId: server.id,
    hostname: server.hostname,
    user: GUEST_USER,
    authorizedKeys: [keys.publicKey],
    ...(server.os ?? {}),
    hostKeyPrivate: secrets.open(server.host_key_sealed, `server:${server.id}`),
    hostKeyPublic: server.host_key_public,
    nics: server.nics.map(({ mac, ip, prefix, gateway, dns, dhcp, primary }) => ({
      mac,
      ip,
      prefix,
      // One default route: the primary NIC's.
      gateway: primary ? gateway : null,
      dns,
      dhcp,
    })),
  };
}
