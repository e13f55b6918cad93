import { ProviderError } from "../../kernel/errors.ts";
import type { Call, VmEvent, VmEvents } from "../provider.ts";
import type { Host } from "./host.ts";
import type { LifecycleMessage } from "./rpc/connection.ts";
import { EVENT_LIFECYCLE, PROCEDURES } from "./rpc/procedures.ts";

/** virDomainEventType, by number. */
const KINDS: readonly VmEvent["kind"][] = [
  "defined",
  "undefined",
  "started",
  "other", // suspended
  "other", // resumed
  "stopped",
  "other", // shutdown was asked for
  "other", // suspended by power management
  "crashed",
];
const STOPPED = 5;
const STOPPED_BY_CRASH = 2;

export function toVmEvent({ dom, event, detail }: LifecycleMessage): VmEvent {
  const crashed = event === STOPPED && detail === STOPPED_BY_CRASH;
  return { vm: dom.name, kind: crashed ? "crashed" : (KINDS[event] ?? "other") };
}

// Who is that far behind does better to look at everything again.
const BACKLOG_MAX = 10_000;

export function libvirtEvents({ client }: Host): VmEvents {
  return { watch };

  async function* watch(call: Call): AsyncGenerator<VmEvent> {
    if (call.signal.aborted) return;
    // libvirt lets a connection ask for a kind of event once only, and there may be several who watch.
    const connection = await client.dedicated(call);
    const backlog: LifecycleMessage[] = [];
    const state = { lost: null as ProviderError | null, wake: () => {} };
    connection.onLifecycle((message) => {
      backlog.push(message);
      state.wake();
    });
    connection.onClose((error) => {
      state.lost = error;
      state.wake();
    });
    const wake = () => state.wake();
    call.signal.addEventListener("abort", wake);
    try {
      const args = { eventId: EVENT_LIFECYCLE, dom: null };
      await connection.call(PROCEDURES.connectDomainEventCallbackRegisterAny, args, "watch the VMs", call);
      while (!call.signal.aborted) {
        if (backlog.length > BACKLOG_MAX) throw lost("too many events of VMs to keep up with");
        const message = backlog.shift();
        if (message !== undefined) yield toVmEvent(message);
        else if (state.lost !== null) throw lost("no more events of VMs: the connection is lost", state.lost);
        else await new Promise<void>((resolve) => Object.assign(state, { wake: resolve }));
      }
    } finally {
      call.signal.removeEventListener("abort", wake);
      connection.close();
    }
  }
}

function lost(message: string, cause?: unknown): ProviderError {
  return new ProviderError("unreachable", message, { cause });
}
