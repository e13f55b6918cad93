import type { ProviderPool } from "../estate/providers.ts";
import type { ReachOf } from "../guests/reach.ts";
import type { Db } from "../kernel/db/db.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import { ownServer } from "./actions.ts";
import { guestAccess } from "./guest-access.ts";

/** Finds the way into a server's system for somebody who may use the server. */
export function createReachOf(deps: { db: Db; secrets: SecretBox; providers: Pick<ProviderPool, "dialFor"> }): ReachOf {
  return async (actor, idOrName) => {
    const server = await ownServer(deps.db, actor, idOrName);
    const guest = await guestAccess(deps.db, deps.secrets, server);
    return { ...guest, serverId: server.id, dial: await deps.providers.dialFor(guest.siteId) };
  };
}
