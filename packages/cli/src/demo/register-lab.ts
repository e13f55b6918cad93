import type { Client } from "@berth/api/client.ts";
import { ClientError } from "@berth/api/client-error.ts";
import type { contract } from "@berth/api/contract.ts";
import type { LabDescription } from "@berth/api/lab.ts";

type Api = Client<typeof contract>;

const POOL = "default";
const BATCH = 200;

/**
 * Tells Berth of a lab, by the same calls as an administrator would of a real site: its networks, enclosures, machines,
 * hosts, and a pool of all of them. What is known already stays as it is, but for how it is reached.
 */
export async function registerLab(
  api: Api,
  lab: LabDescription,
  say: (line: string) => void = () => {},
): Promise<void> {
  await registerSite(api, lab);
  for (const network of lab.networks) {
    const { name, cidr, gateway, dns, vlan, pxe, ranges } = network;
    await unlessThere(() =>
      api.createNetwork({
        body: {
          name,
          site: lab.site.name,
          cidr,
          dns,
          pxe,
          ranges,
          ...given("gateway", gateway),
          ...given("vlan", vlan),
        },
      }),
    );
  }
  for (const { name, model, bays } of lab.enclosures)
    await unlessThere(() => api.createEnclosure({ body: { name, site: lab.site.name, model, bays } }));
  const machines = lab.enclosures.flatMap((enclosure) =>
    enclosure.blades.map((blade) => machineOf(lab, enclosure.name, blade)),
  );
  for (let from = 0; from < machines.length; from += BATCH) {
    const { items } = await api.createMachines({ body: { items: machines.slice(from, from + BATCH) } });
    const failed = items.find((item) => item.error !== null && item.error.code !== "conflict");
    if (failed !== undefined) throw new Error(`machine ${failed.name}: ${failed.error?.message}`);
    for (const known of items.filter((item) => item.error !== null)) await updateMachine(api, machines, known.name);
    say(`machines ${Math.min(from + BATCH, machines.length)} of ${machines.length}`);
  }
  for (const { name, provider, settings, storagePool, bridges } of lab.hosts) {
    const made = await unlessThere(() =>
      api.createHost({ body: { name, site: lab.site.name, provider, settings, storagePool, bridges } }),
    );
    if (made === null) await updateHost(api, { name, settings, storagePool, bridges });
    say(`host ${name}`);
  }
  const members = {
    machines: machines.map((machine) => machine.name),
    hosts: lab.hosts.map((host) => host.name),
  };
  await unlessThere(() => api.createPool({ body: { name: POOL, notes: "Everything in the lab", ...members } }));
}

/** The lab's sockets may be elsewhere than last time. */
async function registerSite(api: Api, lab: LabDescription): Promise<void> {
  const interfaces = Object.fromEntries(lab.networks.map((network) => [network.name, network.bridge]));
  const dial = { kind: "edge" as const, socket: lab.site.edgeSocket, interfaces };
  const made = await unlessThere(() => api.createSite({ body: { name: lab.site.name, dial } }));
  if (made !== null) return;
  const site = await api.getSite({ params: { id: lab.site.name } });
  await api.updateSite({ params: { id: site.id }, body: { dial }, ifMatch: site.version });
}

/** A lab that was made anew has other passwords and certificates. */
async function updateMachine(api: Api, machines: readonly ReturnType<typeof machineOf>[], name: string): Promise<void> {
  const wanted = machines.find((machine) => machine.name === name);
  if (wanted === undefined) return;
  const known = await api.getMachine({ params: { id: name } });
  await api.updateMachine({ params: { id: known.id }, body: { settings: wanted.settings }, ifMatch: known.version });
}

async function updateHost(
  api: Api,
  host: Pick<LabDescription["hosts"][number], "name" | "settings" | "storagePool" | "bridges">,
): Promise<void> {
  const { name, ...body } = host;
  const known = await api.getHost({ params: { id: name } });
  await api.updateHost({ params: { id: known.id }, body, ifMatch: known.version });
}

function machineOf(
  lab: LabDescription,
  enclosure: string,
  blade: LabDescription["enclosures"][number]["blades"][number],
) {
  const { name, bay, provider, systemId, endpoint, username, password, certificateSha256 } = blade;
  const tls = certificateSha256 === null ? {} : { tls: { mode: "pin" as const, sha256: certificateSha256 } };
  return {
    name,
    site: lab.site.name,
    enclosure,
    bay,
    provider,
    systemId,
    settings: { endpoint, username, password, ...tls },
  };
}

/** Null when it was there already. */
async function unlessThere<T>(make: () => Promise<T>): Promise<T | null> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof ClientError && error.code === "conflict") return null;
    throw error;
  }
}

function given<K extends string, V>(key: K, value: V | null): { [P in K]?: V } {
  return value === null ? {} : ({ [key]: value } as { [P in K]?: V });
}
