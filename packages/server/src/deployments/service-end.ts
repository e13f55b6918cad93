import { readTemplateById } from "../catalog/actions.ts";
import { readHostPlace } from "../estate/store.ts";
import type { Tx } from "../kernel/db/db.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { bladeRetirement, vmRetirement } from "../landing/landing-rules.ts";
import { type ServerRow, serversOf } from "../servers/store.ts";
import {
  countOperations,
  isUnderWay,
  moveService,
  requestOfService,
  type ServiceRow,
  setOperation,
} from "../services/store.ts";
import { hookRuns } from "./delivery-plan.ts";
import { serviceDeactivate } from "./service-deactivate.ts";
import { type RetirePlan, serviceRetire } from "./service-retire.ts";

export const deactivateId = (serviceId: string): string => `deactivate-${serviceId}`;
const retireId = (serviceId: string, attempt: number): string =>
  attempt === 1 ? `retire-${serviceId}` : `retire-${serviceId}-${attempt}`;

/**
 * Starts the way back of a whole service; once, however often it is asked. One whose retirement was rolled back or
 * cancelled is taken up by another attempt: nothing may be left that nobody can delete any more.
 */
export async function startRetirement(
  engine: Pick<Engine, "start">,
  tx: Tx,
  service: ServiceRow,
  options: { userId: string | null; skipHooks?: boolean },
): Promise<void> {
  const isFirst = await moveService(tx, service.id, "retire");
  if (!isFirst && (await isUnderWay(tx, service.operation_id))) return;
  const attempt = isFirst ? 1 : 1 + (await countOperations(tx, serviceRetire.name, service.id));
  const id = retireId(service.id, attempt);
  await setOperation(tx, service.id, id);
  const request = await requestOfService(tx, service.id);
  const servers = await serversOf(tx, service.id);
  const living = servers.filter((server) => server.state !== "retired");
  const { template } = await readTemplateById(tx, service.template_id);
  await engine.start(tx, serviceRetire, {
    id,
    input: {
      requestId: request.id,
      serviceId: service.id,
      servers: await Promise.all(living.map((server) => retirePlanOf(tx, server))),
      hooks: options.skipHooks ? [] : hookRuns(template, living, "before-delete", service.id),
      after: hookRuns(template, [], "after-delete", service.id),
    },
    title: `retire ${service.name}`,
    subject: { kind: "service", id: service.id },
    userId: options.userId,
  });
}

async function retirePlanOf(tx: Tx, server: ServerRow): Promise<RetirePlan> {
  const title = `${server.name} (${server.kind})`;
  if (server.host_id !== null)
    return { kind: "virtual", title, retire: vmRetirement(server, await readHostPlace(tx, server.host_id)) };
  if (server.machine_id === null) throw new Error(`server ${server.name} has landed nowhere`);
  return { kind: "physical", title, retire: bladeRetirement(server, server.machine_id) };
}

/** Switches a service's VMs off and gives its machines back, once. */
export async function startDeactivation(engine: Pick<Engine, "start">, tx: Tx, service: ServiceRow): Promise<void> {
  if (service.state !== "active") return;
  const servers = (await serversOf(tx, service.id)).filter((server) => server.state !== "retired");
  const physical = servers.filter((server) => server.kind === "physical");
  await setOperation(tx, service.id, deactivateId(service.id));
  await engine.start(tx, serviceDeactivate, {
    id: deactivateId(service.id),
    input: {
      serviceId: service.id,
      physical: await Promise.all(physical.map((server) => retirePlanOf(tx, server))),
      virtual: servers.filter((server) => server.kind === "virtual").map((server) => server.id),
    },
    title: `deactivate ${service.name}`,
    subject: { kind: "service", id: service.id },
    userId: null,
  });
}
