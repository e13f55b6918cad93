import type { DhcpState } from "@berth/api/edge.ts";
import { sql } from "kysely";
import { Agent, request } from "undici";
import { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { ProviderError } from "../kernel/errors.ts";
import type { Call } from "../providers/provider.ts";
import type { ServerRow } from "./store.ts";

/** A site whose edge runs DHCP for it. `interfaces` are the edge's, by network. */
const EdgeDial = z.object({ kind: z.literal("edge"), socket: z.string(), interfaces: z.record(z.string(), z.string()) });

/** Makes the site's DHCP know the server's NICs on networks that boot. */
export async function publishDhcp(db: Db, server: ServerRow, call: Call): Promise<void> {
  await change(db, server.site_id, call, async (tx) => {
    for (const nic of server.nics) {
      if (nic.ip === null) continue;
      await sql`
        insert into dhcp_host (mac, site_id, server_id, ip, hostname)
        select ${nic.mac}::macaddr, ${server.site_id}, ${server.id}, ${nic.ip}::inet, ${server.hostname}
        from network where id = ${nic.networkId} and pxe
        on conflict (mac) do update set server_id = excluded.server_id, ip = excluded.ip, hostname = excluded.hostname`.execute(tx);
    }
  });
}

/** Makes the site's DHCP forget the server. */
export async function withdrawDhcp(db: Db, server: Pick<ServerRow, "id" | "site_id">, call: Call): Promise<void> {
  await change(db, server.site_id, call, (tx) => sql`delete from dhcp_host where server_id = ${server.id}`.execute(tx));
}

/** Tells a site's edge its whole DHCP state as the records have it, for example after the edge was restarted. */
export async function syncDhcp(db: Db, siteId: string, call: Call): Promise<void> {
  await change(db, siteId, call, async () => {});
}

/** Changes the records and tells the edge, one at a time per site, so that an older whole never overwrites a newer one. */
async function change(db: Db, siteId: string, call: Call, edit: (tx: Tx) => Promise<unknown>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`dhcp:${siteId}`}, 0))`.execute(tx);
    await edit(tx);
    const site = await tx.selectFrom("site").select("dial").where("id", "=", siteId).executeTakeFirstOrThrow();
    const dial = EdgeDial.safeParse(site.dial);
    // A site that is reached directly has a DHCP service of its own.
    if (!dial.success) return;
    await put(dial.data.socket, await stateOf(tx, siteId, dial.data.interfaces), call);
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
    if (answer.statusCode >= 300) throw new ProviderError("rejected", `the site's edge refused the DHCP state: ${text.slice(0, 500)}`);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError("unreachable", "the site's edge did not take the DHCP state", { ambiguous: true, cause: error });
  } finally {
    await agent.close();
  }
}
