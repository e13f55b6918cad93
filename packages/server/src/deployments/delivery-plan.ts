import type { HookMoment, Template } from "../catalog/template.ts";
import { machineNics, readHostPlace } from "../estate/store.ts";
import { findImageById } from "../images/actions.ts";
import type { Tx } from "../kernel/db/db.ts";
import { bladePlan, vmPlan } from "../landing/landing-rules.ts";
import { type ServerRow, serversOf } from "../servers/store.ts";
import type { Delivery, ServerPlan } from "./service-deliver.ts";
import type { HookRun } from "./world.ts";

/** Everything the delivery needs to know, decided now and carried as input: its steps decide nothing. */
export async function deliveryOf(
  tx: Tx,
  request: {
    requestId: string;
    serviceId: string;
    template: Template;
    during: { startsAt: Date; endsAt: Date };
    onFailure: "unwind" | "park";
  },
): Promise<Delivery> {
  const servers = await serversOf(tx, request.serviceId);
  const plans: ServerPlan[] = [];
  for (const server of servers) plans.push(await planOf(tx, server));
  return {
    requestId: request.requestId,
    serviceId: request.serviceId,
    startsAt: request.during.startsAt.toISOString(),
    endsAt: request.during.endsAt.toISOString(),
    servers: plans,
    before: hookRuns(request.template, servers, "before-create", request.serviceId),
    hooks: hookRuns(request.template, servers, "after-create", request.serviceId),
    onFailure: request.onFailure,
  };
}

/** The runs of a template's hooks at one moment, hook by hook, each on all its servers. */
export function hookRuns(
  template: Template,
  servers: readonly ServerRow[],
  at: HookMoment,
  serviceId: string,
): HookRun[] {
  return template.hooks
    .filter((hook) => hook.at === at)
    .flatMap((hook): HookRun[] => {
      const members = servers.filter((server) => hook.group === null || server.group_name === hook.group);
      // A call is made once for the service; a script runs on every member.
      if (hook.run.kind === "http") return [{ serviceId, serverId: null, hook: hook.name }];
      return members.map((server) => ({ serviceId, serverId: server.id, hook: hook.name }));
    });
}

async function planOf(tx: Tx, server: ServerRow): Promise<ServerPlan> {
  const title = `${server.name} (${server.kind})`;
  if (server.host_id !== null) {
    const host = await readHostPlace(tx, server.host_id);
    const image = await findImageById(tx, server.image_id);
    return { kind: "virtual", title, provision: vmPlan(server, host, image) };
  }
  if (server.machine_id === null) throw new Error(`server ${server.name} was placed nowhere`);
  return { kind: "physical", title, provision: bladePlan(server, await machineNics(tx, server.machine_id)) };
}
