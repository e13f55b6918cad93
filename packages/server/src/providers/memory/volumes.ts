import { Readable } from "node:stream";
import { SimCapacity, SimVolumeInfo } from "@berth/api/simulated-host.ts";
import { z } from "zod";
import { ProviderError } from "../../kernel/errors.ts";
import type { VolumeContent, VolumeHost } from "../provider.ts";
import type { MemoryClient } from "./client.ts";

export function memoryVolumes(client: MemoryClient): VolumeHost {
  const at = ({ pool, name }: { pool: string; name: string }) => ["pools", pool, "volumes", name];
  return {
    async ensure(spec, call) {
      const { format, capacityBytes, base } = spec;
      await client.send("PUT", at(spec), { format, capacityBytes, base }, call);
    },
    async write(ref, content, call) {
      const source = () => Readable.from(measured(content, call.progress), { objectMode: false });
      await client.upload([...at(ref), "content"], { sizeBytes: content.sizeBytes, source }, call);
    },
    remove: (ref, call) => client.send("DELETE", at(ref), undefined, call),
    list: (pool, call) => client.get(["pools", pool, "volumes"], z.array(SimVolumeInfo), call),
    capacity: (pool, call) => client.get(["pools", pool], SimCapacity, call),
  };
}

/** The content as long as it is what it was said to be. */
async function* measured(
  { sizeBytes, open }: VolumeContent,
  progress?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const source = open();
  const seen = { bytes: 0 };
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      seen.bytes += chunk.length;
      if (seen.bytes > sizeBytes) throw new ProviderError("rejected", "the content is longer than it was said to be");
      yield chunk;
      progress?.(seen.bytes);
    }
  } catch (cause) {
    if (cause instanceof ProviderError) throw cause;
    throw new ProviderError("rejected", "the content can't be read", { cause });
  } finally {
    source.destroy();
  }
  if (seen.bytes < sizeBytes) throw new ProviderError("rejected", "the content is shorter than it was said to be");
}
