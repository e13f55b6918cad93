import { ProviderError } from "../../kernel/errors.ts";
import type { Call, VolumeHost, VolumeInfo, VolumeRef, VolumeSpec } from "../provider.ts";
import { checkName } from "./domain-rules.ts";
import { type Host, lookUpPool, unlessMissing } from "./host.ts";
import { codeOf, VIR_ERR } from "./rpc/errors.ts";
import { type PoolRef, PROCEDURES, type VolRef } from "./rpc/procedures.ts";
import { upload } from "./upload.ts";
import { type Backing, newVolumeXml, planVolume, readVolumeXml, type VolumeFacts, volumeInfo } from "./volume-xml.ts";

export function libvirtVolumes(host: Host): VolumeHost {
  const { client } = host;

  async function find(pool: PoolRef, name: string, call: Call): Promise<{ vol: VolRef; facts: VolumeFacts } | null> {
    const args = { pool, name };
    const found = await unlessMissing(
      client.call(PROCEDURES.storageVolLookupByName, args, "find the volume", call),
      VIR_ERR.noStorageVol,
    );
    if (found === null) return null;
    const facts = await unlessMissing(read(found.vol, call), VIR_ERR.noStorageVol);
    return facts === null ? null : { vol: found.vol, facts };
  }

  async function read(vol: VolRef, call: Call): Promise<VolumeFacts> {
    const { xml } = await client.call(PROCEDURES.storageVolGetXmlDesc, { vol, flags: 0 }, "read the volume", call);
    return readVolumeXml(xml);
  }

  async function create(
    pool: PoolRef,
    facts: Omit<VolumeFacts, "path" | "allocatedBytes">,
    call: Call,
  ): Promise<VolRef> {
    const args = { pool, xml: newVolumeXml(facts), flags: 0 };
    return (await client.call(PROCEDURES.storageVolCreateXml, args, "make the volume", call)).vol;
  }

  async function remove(vol: VolRef, call: Call): Promise<void> {
    try {
      await client.call(PROCEDURES.storageVolDelete, { vol, flags: 0 }, "remove the volume", call);
    } catch (error) {
      const code = codeOf(error);
      if (code === VIR_ERR.noStorageVol) return;
      // So libvirt calls a volume that is still being written, for example by an upload that was just cut.
      if (code === VIR_ERR.operationInvalid) throw new ProviderError("busy", "the volume is in use", { cause: error });
      throw error;
    }
  }

  /** The base must lie in the same pool and stand on its own: a chain that we did not make is not followed. */
  async function backingOf(pool: PoolRef, spec: VolumeSpec, call: Call): Promise<Backing | null> {
    if (spec.base === null) return null;
    if (spec.format !== "qcow2") throw new ProviderError("rejected", "only a qcow2 volume can lie over another");
    const base = await find(pool, spec.base.name, call);
    if (base === null) throw new ProviderError("not_found", "the base of the volume is not in the pool");
    if (base.facts.backing !== null)
      throw new ProviderError("rejected", "the base of the volume lies over another file");
    if (base.facts.format !== spec.base.format) throw new ProviderError("rejected", "the base has another format");
    return { path: base.facts.path, format: spec.base.format };
  }

  return {
    async ensure(spec, call) {
      checkRef(spec);
      if (!Number.isSafeInteger(spec.capacityBytes) || spec.capacityBytes < 1) {
        throw new ProviderError("rejected", "a volume has at least one byte");
      }
      const pool = await lookUpPool(host, spec.pool, call);
      const found = await find(pool, spec.name, call);
      switch (planVolume(spec, found?.facts ?? null)) {
        case "nothing":
          return;
        case "refuse":
          throw new ProviderError("rejected", "a volume of that name is there with another size, format or base");
        case "recreate":
          if (found !== null) await remove(found.vol, call);
          break;
        case "create":
          break;
      }
      const { name, format, capacityBytes } = spec;
      const backing = await backingOf(pool, spec, call);
      try {
        await create(pool, { name, format, capacityBytes, backing }, call);
      } catch (error) {
        // Somebody made it since we looked: if it is what we want, so be it.
        const other = codeOf(error) === VIR_ERR.storageVolExist ? await find(pool, name, call) : null;
        if (other === null || planVolume(spec, other.facts) !== "nothing") throw error;
      }
    },

    async write(ref, content, call) {
      checkRef(ref);
      const pool = await lookUpPool(host, ref.pool, call);
      const found = await find(pool, ref.name, call);
      if (found === null) throw new ProviderError("not_found", "the volume to write is not there");
      const { facts } = found;
      if (facts.backing !== null)
        throw new ProviderError("rejected", "a volume that lies over another can't be written whole");
      if (facts.format === "raw" && content.sizeBytes > facts.capacityBytes) {
        throw new ProviderError("rejected", "the content is larger than the volume");
      }
      const vol = await emptied(pool, found, call);
      const fileBytes = facts.format === "raw" ? facts.capacityBytes : content.sizeBytes;
      const connection = await client.dedicated(call);
      try {
        await upload(connection, { vol, content, fileBytes, progress: call.progress }, call);
      } finally {
        connection.close();
      }
      // A full disk may show up late; what can be read back is what is there.
      const after = await read(vol, call);
      if (facts.format === "raw" && after.capacityBytes !== fileBytes) {
        throw new ProviderError("rejected", "the volume does not have its size after it was written");
      }
    },

    async remove(ref, call) {
      checkRef(ref);
      const pool = await lookUpPool(host, ref.pool, call);
      const found = await unlessMissing(
        client.call(PROCEDURES.storageVolLookupByName, { pool, name: ref.name }, "find the volume", call),
        VIR_ERR.noStorageVol,
      );
      if (found !== null) await remove(found.vol, call);
    },

    async list(poolName, call) {
      const pool = await lookUpPool(host, poolName, call);
      const args = { pool, needResults: 1, flags: 0 };
      const { vols } = await client.call(PROCEDURES.storagePoolListAllVolumes, args, "list the volumes", call);
      const infos = vols.map(async (vol): Promise<VolumeInfo[]> => {
        const facts = await unlessMissing(read(vol, call), VIR_ERR.noStorageVol);
        return facts === null ? [] : [volumeInfo(poolName, facts)];
      });
      return (await Promise.all(infos)).flat();
    },

    async capacity(poolName, call) {
      const pool = await lookUpPool(host, poolName, call);
      const info = await client.call(PROCEDURES.storagePoolGetInfo, { pool }, "measure the storage pool", call);
      return { totalBytes: info.capacity, freeBytes: info.available };
    },
  };

  /** Holes are left out of what is sent, so nothing may lie beneath them: a volume that was written is made anew. */
  async function emptied(
    pool: PoolRef,
    { vol, facts }: { vol: VolRef; facts: VolumeFacts },
    call: Call,
  ): Promise<VolRef> {
    if (facts.format === "raw" && facts.allocatedBytes === 0) return vol;
    await remove(vol, call);
    return await create(pool, facts, call);
  }
}

function checkRef(ref: VolumeRef): void {
  checkName("pool", ref.pool);
  checkName("volume", ref.name);
}
