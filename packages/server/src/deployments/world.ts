import type { Tx } from "../kernel/db/db.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import type { Call } from "../providers/provider.ts";
import type { RequestEvent, ServiceEvent } from "../services/rules.ts";

/** One run of one hook on one server; an HTTP call is made once for the service. */
export interface HookRun {
  readonly serviceId: string;
  readonly serverId: string | null;
  readonly hook: string;
}

/** Everything the workflows of this room need from outside; `main.ts` makes the real one, tests a small one. */
export interface ServiceWorld {
  readonly engine: Pick<Engine, "start" | "send">;
  moveRequest(tx: Tx, requestId: string, event: RequestEvent): Promise<void>;
  moveService(tx: Tx, serviceId: string, event: ServiceEvent): Promise<void>;
  /** Gives back everything a request holds: reservation, addresses, identities, volumes; its servers become `retired`. */
  releaseAll(tx: Tx, requestId: string): Promise<void>;
  /** Starts the watch over the lease, once. */
  startLease(tx: Tx, serviceId: string): Promise<void>;
  stopLease(tx: Tx, serviceId: string): Promise<void>;
  warnOwner(tx: Tx, serviceId: string, endsAt: string): Promise<void>;
  /** Does what the lease policy says at the end date. */
  endLease(tx: Tx, serviceId: string): Promise<void>;
  /** Runs a hook of the service's template; its output is kept. Fails when the hook does. */
  runHook(run: HookRun, call: Call): Promise<void>;
  /** Powers a VM off; it keeps its disks, addresses and place. */
  stopVm(serverId: string, call: Call): Promise<void>;
  /** Gives back what one server holds, as releaseAll does for all. */
  releaseServer(tx: Tx, serverId: string): Promise<void>;
  deactivateServer(tx: Tx, serverId: string): Promise<void>;
}
