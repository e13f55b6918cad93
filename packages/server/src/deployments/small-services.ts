import type { Engine } from "../kernel/workflow/workflow.ts";
import { nextRequestState, nextServiceState, type RequestState, type ServiceState } from "../services/rules.ts";
import type { ServiceWorld } from "./world.ts";

export type SmallServices = ReturnType<typeof smallServices>;

interface Start {
  readonly request: RequestState;
  readonly service: ServiceState;
}

/** The least world in which services can be delivered: for exercising workflows, where only effects and undoing count. */
export function smallServices(start: Start) {
  /** What really is in rows. */
  const rows = {
    request: start.request,
    service: start.service,
    isHeld: true,
    lease: "none" as "none" | "watched" | "stopped",
    ended: 0,
    released: [] as string[],
    inactive: [] as string[],
  };
  const seen = { hooks: new Set<string>(), stopped: new Set<string>() };

  const refuse = () => Promise.reject(new Error("the small services start nothing by themselves"));
  const engine: Pick<Engine, "start" | "send"> = { start: refuse, send: refuse };
  const add = (list: string[], id: string) => (list.includes(id) ? list : [...list, id].sort());

  const world: ServiceWorld = {
    engine,
    moveRequest: async (_tx, _id, event) => {
      rows.request = nextRequestState(rows.request, event) ?? rows.request;
    },
    moveService: async (_tx, _id, event) => {
      rows.service = nextServiceState(rows.service, event) ?? rows.service;
    },
    releaseAll: async () => {
      rows.isHeld = false;
    },
    startLease: async () => {
      rows.lease = "watched";
    },
    stopLease: async () => {
      rows.lease = "stopped";
    },
    warnOwner: async () => {},
    endLease: async () => {
      rows.ended += 1;
    },
    runHook: async (run) => void seen.hooks.add(`${run.hook} on ${run.serverId ?? "all"}`),
    stopVm: async (serverId) => void seen.stopped.add(serverId),
    releaseServer: async (_tx, serverId) => {
      rows.released = add(rows.released, serverId);
    },
    deactivateServer: async (_tx, serverId) => {
      rows.inactive = add(rows.inactive, serverId);
    },
  };
  const saveRows = () => {
    const saved = structuredClone(rows);
    return () => void Object.assign(rows, saved);
  };
  return { world, rows, seen, saveRows };
}
