import { sql } from "kysely";
import type { Db } from "../kernel/db/db.ts";
import { createSharedRuns } from "../kernel/shared-runs.ts";
import type { Call } from "../providers/provider.ts";
import type { ServerRow } from "../servers/store.ts";
import { tellEdge } from "./edge-dhcp.ts";

export interface SiteDhcp {
  /** Makes the site's DHCP know the server's NICs on networks that boot. */
  publish(server: ServerRow, call: Call): Promise<void>;
  /** Makes the site's DHCP forget the server. */
  withdraw(server: Pick<ServerRow, "id" | "site_id">, call: Call): Promise<void>;
}

/** One per process: all servers that come and go at once are told to their site's edge together. */
export function createSiteDhcp(db: Db): SiteDhcp {
  const tell = createSharedRuns((siteId) => tellEdge(db, siteId));
  return {
    async publish(server, call) {
      const nics = server.nics.filter((nic) => nic.ip !== null);
      await sql`
        insert into dhcp_host (mac, site_id, server_id, ip, hostname)
        select nic.mac, ${server.site_id}, ${server.id}, nic.ip, ${server.hostname}
        from unnest(${nics.map((nic) => nic.mac)}::macaddr[], ${nics.map((nic) => nic.ip)}::inet[],
          ${nics.map((nic) => nic.networkId)}::uuid[]) as nic (mac, ip, network_id)
        join network n on n.id = nic.network_id and n.pxe
        on conflict (mac) do update set server_id = excluded.server_id, ip = excluded.ip, hostname = excluded.hostname`.execute(
        db,
      );
      await tell(server.site_id, call);
    },
    async withdraw(server, call) {
      await sql`delete from dhcp_host where server_id = ${server.id}`.execute(db);
      await tell(server.site_id, call);
    },
  };
}
