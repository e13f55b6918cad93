import { ProviderError } from "../../kernel/errors.ts";
import type { Call, HostFacts, VmHost, VmInfo, VmSpec } from "../provider.ts";
import { checkVm, type Found, planEnsure } from "./domain-rules.ts";
import { changedDomainXml, type DomainFacts, newDomainXml, readDomainXml, stampedDomainXml } from "./domain-xml.ts";
import { findDomain, type Host, readInactiveXml, unlessMissing } from "./host.ts";
import { techniqueOf } from "./platform.ts";
import { isOn } from "./power.ts";
import { VIR_ERR } from "./rpc/errors.ts";
import { type DomainRef, FLAGS, PROCEDURES } from "./rpc/procedures.ts";
import { versionText } from "./versions.ts";

const UNDEFINE = FLAGS.undefineManagedSave | FLAGS.undefineSnapshotsMetadata;

export function libvirtVms(host: Host): VmHost {
  const { client, settings } = host;

  /** Null for one that was removed since it was found: it is not there any more, and that is no failure. */
  const xmlOf = (dom: DomainRef, call: Call) => unlessMissing(readInactiveXml(host, dom, call), VIR_ERR.noDomain);

  const define = (xml: string, call: Call) =>
    client.call(PROCEDURES.domainDefineXmlFlags, { xml, flags: 0 }, "define the VM", call);

  const undefine = (dom: DomainRef, { hasNvram }: DomainFacts, call: Call) => {
    // Not every driver knows the flag, so it is used where there is something to remove.
    const flags = hasNvram ? UNDEFINE | FLAGS.undefineNvram : UNDEFINE;
    return client.call(PROCEDURES.domainUndefineFlags, { dom, flags }, "remove the VM", call);
  };

  async function ensure(spec: VmSpec, call: Call): Promise<void> {
    checkVm(spec);
    const dom = await findDomain(host, spec.name, call);
    const xml = dom === null ? null : await xmlOf(dom, call);
    if (dom === null || xml === null) {
      await define(newDomainXml(spec, await host.platform(call), settings), call);
      return;
    }
    const facts = readDomainXml(xml);
    const plan = planEnsure(spec, foundIn(facts, dom));
    switch (plan) {
      case "nothing":
        return;
      case "refuse-foreign":
        throw new ProviderError("denied", "a VM of that name is there which Berth did not make for this server");
      case "refuse-running":
        throw new ProviderError("busy", "the VM must be off to be changed");
      case "stamp":
        await define(stampedDomainXml(xml, spec), call);
        return;
      case "define":
      case "replace":
        // A defined VM can't change its UUID; if we are cut here, the next `ensure` makes it anew.
        if (plan === "replace") await undefine(dom, facts, call);
        await define(changedDomainXml(xml, spec, settings.diskCache), call);
    }
  }

  async function remove(name: string, call: Call): Promise<void> {
    const dom = await findDomain(host, name, call);
    if (dom === null) return;
    const xml = await xmlOf(dom, call);
    if (xml === null) return;
    const facts = readDomainXml(xml);
    if (facts.metadata === null) throw new ProviderError("denied", "Berth did not make this VM, and leaves it alone");
    if (isOn(dom)) {
      const stopping = client.call(PROCEDURES.domainDestroyFlags, { dom, flags: 0 }, "stop the VM", call);
      await unlessMissing(unlessMissing(stopping, VIR_ERR.operationInvalid), VIR_ERR.noDomain);
    }
    await unlessMissing(undefine(dom, facts, call), VIR_ERR.noDomain);
    if ((await findDomain(host, name, call)) !== null) throw new ProviderError("busy", "the VM is still there");
  }

  async function list(call: Call): Promise<VmInfo[]> {
    const { domains } = await client.call(
      PROCEDURES.connectListAllDomains,
      { needResults: 1, flags: 0 },
      "list the VMs",
      call,
    );
    const read = domains.map(async (dom): Promise<VmInfo[]> => {
      const xml = await xmlOf(dom, call);
      if (xml === null) return [];
      const { name, uuid, cores, memoryMiB, macs, metadata } = readDomainXml(xml);
      return [{ name, uuid, power: isOn(dom) ? "on" : "off", cores, memoryMiB, macs, metadata }];
    });
    return (await Promise.all(read)).flat();
  }

  async function facts(call: Call): Promise<HostFacts> {
    const [{ type }, { version }, node, platform, { pools }] = await Promise.all([
      client.call(PROCEDURES.connectGetType, {}, "ask for the hypervisor", call),
      client.call(PROCEDURES.connectGetVersion, {}, "ask for the version", call),
      client.call(PROCEDURES.nodeGetInfo, {}, "ask for cores and memory", call),
      host.platform(call),
      client.call(
        PROCEDURES.connectListAllStoragePools,
        { needResults: 1, flags: FLAGS.poolsActive },
        "list the storage pools",
        call,
      ),
    ]);
    const storagePools = pools.map(async (pool) => {
      const info = await client.call(PROCEDURES.storagePoolGetInfo, { pool }, "measure the storage pool", call);
      return { name: pool.name, totalBytes: info.capacity, freeBytes: info.available };
    });
    return {
      hypervisor: type,
      version: versionText(version),
      cores: Math.min(node.cpus, settings.coresLimit ?? Infinity),
      memoryMiB: Math.min(Math.floor(node.memoryKiB / 1024), settings.memoryLimitMiB ?? Infinity),
      technique: techniqueOf(platform),
      storagePools: await Promise.all(storagePools),
    };
  }

  return { ensure, remove, list, facts };
}

function foundIn({ metadata, fingerprint, uuid }: DomainFacts, dom: DomainRef): Found {
  return { owner: metadata === null ? null : { ...metadata, fingerprint }, uuid, running: isOn(dom) };
}
