import { createInterface } from "node:readline";
import { SimVmEvent } from "@berth/api/simulated-host.ts";
import { ProviderError } from "../../kernel/errors.ts";
import type { Call, VmEvent, VmEvents } from "../provider.ts";
import type { MemoryClient } from "./client.ts";

export function memoryEvents(client: MemoryClient): VmEvents {
  return { watch };

  async function* watch(call: Call): AsyncGenerator<VmEvent> {
    if (call.signal.aborted) return;
    try {
      const lines = await client.stream(["events"], call);
      for await (const line of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY }))
        yield SimVmEvent.parse(JSON.parse(line));
    } catch (cause) {
      if (call.signal.aborted) return;
      if (cause instanceof ProviderError) throw cause;
      throw new ProviderError("unreachable", "no more events of VMs: the connection is lost", { cause });
    }
    if (!call.signal.aborted) throw new ProviderError("unreachable", "no more events of VMs: the host ended them");
  }
}
