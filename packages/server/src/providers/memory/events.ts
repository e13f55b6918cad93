import { SimVmEvent } from "@berth/api/simulated-host.ts";
import { ProviderError } from "../../kernel/errors.ts";
import type { Call, VmEvent, VmEvents } from "../provider.ts";
import type { MemoryClient } from "./client.ts";

const MAX_LINE_CHARS = 10_000;

export function memoryEvents(client: MemoryClient): VmEvents {
  return { watch };

  async function* watch(call: Call): AsyncGenerator<VmEvent> {
    if (call.signal.aborted) return;
    try {
      for await (const line of linesOf(await client.stream(["events"], call))) yield SimVmEvent.parse(JSON.parse(line));
    } catch (cause) {
      if (call.signal.aborted) return;
      if (cause instanceof ProviderError) throw cause;
      throw new ProviderError("unreachable", "no more events of VMs: the connection is lost", { cause });
    }
    if (!call.signal.aborted) throw new ProviderError("unreachable", "no more events of VMs: the host ended them");
  }
}

/** By hand, because `readline` does not tell when its input breaks off. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const state = { rest: "" };
  for await (const chunk of stream) {
    const lines = (state.rest + chunk.toString("utf8")).split("\n");
    state.rest = lines.pop() ?? "";
    if (state.rest.length > MAX_LINE_CHARS) throw new Error("a line without an end");
    yield* lines;
  }
}
