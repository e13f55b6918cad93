import type { DhcpState } from "@berth/api/edge.ts";
import { sql } from "kysely";
import { Agent, request } from "undici";
import { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { ProviderError } from "../kernel/errors.ts";
import { createSharedRuns } from "../kernel/shared-runs.ts";
import type { Call } from "../providers/provider.ts";
import type { ServerRow } from "./store.ts";

/** A site whose edge runs DHCP for it. `interfaces` are the edge's, by network. */
const EdgeDial = z.object({
  kind: z.literal("edge"),
  socket: z.string(),
  interfaces: z.record(z.string(), z.string()),
});

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

const TELL_LIMIT_MS = 60_000;

/**
 * Tells a site's edge its whole DHCP state as the records have it. One at a time per site, whichever controller: an
 * older whole never overwrites a newer one, so it does no harm either when a controller that lost its lease ends its own.
 */
async function tellEdge(db: Db, siteId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`dhcp:${siteId}`}, 0))`.execute(tx);
    const site = await tx.selectFrom("site").select("dial").where("id", "=", siteId).executeTakeFirstOrThrow();
    const dial = EdgeDial.safeParse(site.dial);
    // A site that is reached directly has a DHCP service of its own.
    if (!dial.success) return;
    const state = await stateOf(tx, siteId, dial.data.interfaces);
    await put(dial.data.socket, state, { signal: AbortSignal.timeout(TELL_LIMIT_MS) });
  });
}

async function stateOf(tx: Tx, siteId: string, interfaces: Record<string, string>): Promise<z.input<typeof DhcpState>> {
  const { rows: networks } = await sql<{
    name: string;
    cidr: string;
    gateway: string | null;
    dns: string[];
    start: string | null;
    end: string | null;
  }>`
    select n.name, n.cidr::text as cidr, host(n.gateway) as gateway, array(select host(d) from unnest(n.dns) d) as dns,
      host(r.first_ip) as start, host(r.last_ip) as end
    from network n left join network_range r on r.network_id = n.id and r.kind = 'discovery'
    where n.site_id = ${siteId} and n.pxe and family(n.cidr) = 4
    order by n.name, r.first_ip`.execute(tx);
  const { rows: hosts } = await sql<{ mac: string; ip: string; hostname: string }>`
    select mac::text as mac, host(ip) as ip, hostname from dhcp_host
    where site_id = ${siteId} order by ip`.execute(tx);
  const known = networks.filter((network, i) => networks.findIndex((n) => n.name === network.name) === i);
  return {
    networks: known.flatMap(({ start, end, ...network }) => {
      const device = interfaces[network.name];
      const dynamicRange = start === null || end === null ? null : { start, end };
      return device === undefined ? [] : [{ ...network, interface: device, mode: "server" as const, dynamicRange }];
    }),
    hosts,
  };
}

async function put(socketPath: string, state: z.input<typeof DhcpState>, call: Call): Promise<void> {
  const agent = new Agent({ connect: { socketPath } });
  try {
    const answer = await request("http://edge/dhcp", {
      method: "PUT",
      dispatcher: agent,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(state),
      signal: call.signal,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new ProviderError("rejected", `the site's edge refused the DHCP state: ${text.slice(0, 500)}`);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError("unreachable", "the site's edge did not take the DHCP state", {
      ambiguous: true,
      cause: error,
    });
  } finally {
    await agent.close();
  }
}
