import { type DhcpState, DhcpStatus } from "@berth/api/edge.ts";
import { sql } from "kysely";
import { Agent, request } from "undici";
import { z } from "zod";
import type { Db, Tx } from "../kernel/db/db.ts";
import { ProviderError } from "../kernel/errors.ts";
import type { Call } from "../providers/provider.ts";

/** A site whose edge runs DHCP for it. `interfaces` are the edge's, by network. */
const EdgeDial = z.object({
  kind: z.literal("edge"),
  socket: z.string(),
  interfaces: z.record(z.string(), z.string()),
});

const TELL_LIMIT_MS = 60_000;
const LOOK_LIMIT_MS = 5_000;

/** The socket of a site's edge; null for a site that is reached directly and has a DHCP service of its own. */
export function edgeSocketOf(dial: unknown): string | null {
  const read = EdgeDial.safeParse(dial);
  return read.success ? read.data.socket : null;
}

/**
 * Tells a site's edge its whole DHCP state as the records have it. One at a time per site, whichever controller: an
 * older whole never overwrites a newer one, so it does no harm either when a controller that lost its lease ends its own.
 */
export async function tellEdge(db: Db, siteId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`dhcp:${siteId}`}, 0))`.execute(tx);
    const site = await tx.selectFrom("site").select("dial").where("id", "=", siteId).executeTakeFirstOrThrow();
    const dial = EdgeDial.safeParse(site.dial);
    // A site that is reached directly has a DHCP service of its own.
    if (!dial.success) return;
    const state = await stateOf(tx, siteId, dial.data.interfaces);
    const signal = AbortSignal.timeout(TELL_LIMIT_MS);
    await ask(dial.data.socket, { method: "PUT", body: JSON.stringify(state), signal });
  });
}

/** Whether what the edge has in force is what the records say. */
export async function isEdgeTold(db: Db, siteId: string, call: Call): Promise<boolean> {
  const site = await db.selectFrom("site").select("dial").where("id", "=", siteId).executeTakeFirst();
  const dial = EdgeDial.safeParse(site?.dial);
  if (!dial.success) return true;
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(LOOK_LIMIT_MS)]);
  const inForce = DhcpStatus.parse(JSON.parse(await ask(dial.data.socket, { method: "GET", signal })));
  const wanted = await db.transaction().execute((tx) => stateOf(tx, siteId, dial.data.interfaces));
  return fingerprint(inForce) === fingerprint(wanted);
}

/** What matters of a DHCP state, whatever its order. */
function fingerprint({ networks, hosts }: z.input<typeof DhcpState>): string {
  const lines = [
    ...networks.map((n) => [
      "network",
      n.name,
      n.cidr,
      n.interface,
      n.gateway,
      n.dynamicRange?.start,
      n.dynamicRange?.end,
    ]),
    ...hosts.map((host) => ["host", host.mac, host.ip, host.hostname]),
  ];
  return lines
    .map((line) => JSON.stringify(line))
    .sort()
    .join("\n");
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

async function ask(
  socketPath: string,
  asked: { method: "GET" | "PUT"; body?: string; signal: AbortSignal },
): Promise<string> {
  const agent = new Agent({ connect: { socketPath } });
  try {
    const answer = await request("http://edge/dhcp", {
      ...asked,
      dispatcher: agent,
      headers: { "content-type": "application/json" },
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new ProviderError("rejected", `the site's edge refused the DHCP state: ${text.slice(0, 500)}`);
    return text;
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
