import type { Call } from "../provider.ts";
import { choosePlatform, type Platform } from "./platform.ts";
import type { LibvirtClient } from "./rpc/client.ts";
import { codeOf, VIR_ERR } from "./rpc/errors.ts";
import { type DomainRef, FLAGS, type PoolRef, PROCEDURES } from "./rpc/procedures.ts";
import type { LibvirtSettings } from "./settings.ts";

/** What all roles share: the daemon, the settings, and looking things up by name. */
export interface Host {
  readonly client: LibvirtClient;
  readonly settings: LibvirtSettings;
  platform(call: Call): Promise<Platform>;
}

export function createHost(client: LibvirtClient, settings: LibvirtSettings): Host {
  let known: Platform | null = null;
  return {
    client,
    settings,
    // Asked once: it is a long document, and a host does not change its processor while it runs.
    async platform(call) {
      if (known !== null) return known;
      const { capabilities } = await client.call(
        PROCEDURES.connectGetCapabilities,
        {},
        "ask what the host can do",
        call,
      );
      known = choosePlatform(capabilities, settings.technique);
      return known;
    },
  };
}

/** Throws `not_found`. */
export async function lookUpDomain({ client }: Host, name: string, call: Call): Promise<DomainRef> {
  return (await client.call(PROCEDURES.domainLookupByName, { name }, "find the VM", call)).dom;
}

export async function findDomain(host: Host, name: string, call: Call): Promise<DomainRef | null> {
  return await unlessMissing(lookUpDomain(host, name, call), VIR_ERR.noDomain);
}

/** The VM as it will be at its next start, which is where what we wrote stands. */
export async function readInactiveXml({ client }: Host, dom: DomainRef, call: Call): Promise<string> {
  const flags = FLAGS.xmlInactive | FLAGS.xmlSecure;
  return (await client.call(PROCEDURES.domainGetXmlDesc, { dom, flags }, "read the VM", call)).xml;
}

export async function lookUpPool({ client }: Host, name: string, call: Call): Promise<PoolRef> {
  return (await client.call(PROCEDURES.storagePoolLookupByName, { name }, "find the storage pool", call)).pool;
}

/** Null when the hypervisor says that it has no such thing. */
export async function unlessMissing<T>(promise: Promise<T>, code: number): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (codeOf(error) === code) return null;
    throw error;
  }
}
