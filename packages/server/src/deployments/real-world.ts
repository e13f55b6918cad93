import { audit, SYSTEM_ACTOR } from "../audit/audit.ts";
import { releaseFabric } from "../fabric/actions.ts";
import type { Tx } from "../kernel/db/db.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { releaseReservation, releaseServerReservation } from "../pools/reservations.ts";
import { nextState, vmName } from "../servers/rules.ts";
import { moveServer, readServer, serversOf } from "../servers/store.ts";
import type { ServerWorld } from "../servers/world.ts";
import { moveRequest, moveService, readRequest, readService, requestOfService } from "../services/store.ts";
import { releaseVolumes } from "../storage/actions.ts";
import { type HookDeps, runHook } from "./hook-run.ts";
import { startDeactivation, startRetirement } from "./service-end.ts";
import { dropExtension, leaseId } from "./service-extension.ts";
import { type LeaseMessage, serviceLease } from "./service-lease.ts";
import { tellDeployed, tellFailed, tellLeaseEnds } from "./service-mail.ts";
import type { ServiceWorld } from "./world.ts";

/** The world as it is. */
export function createServiceWorld(
  deps: HookDeps & { engine: Engine; servers: Pick<ServerWorld, "host"> },
): ServiceWorld {
  const { db, engine } = deps;
  return {
    engine,
    async moveRequest(tx, id, event) {
      if (!(await moveRequest(tx, id, event))) return;
      const request = await readRequest(tx, id);
      const told = { request, service: await readService(tx, request.service_id) };
      if (event === "done") await tellDeployed(tx, told);
      if (event === "fail") await tellFailed(tx, told);
    },
    moveService: async (tx, id, event) => void (await moveService(tx, id, event)),
    async releaseAll(tx, requestId) {
      const request = await tx
        .selectFrom("request")
        .select("service_id")
        .where("id", "=", requestId)
        .executeTakeFirstOrThrow();
      for (const server of await serversOf(tx, request.service_id)) await releaseServer(tx, server.id);
      await releaseReservation(tx, requestId);
    },
    releaseServer,
    async startLease(tx, serviceId) {
      const service = await readService(tx, serviceId);
      await engine.start(tx, serviceLease, {
        id: leaseId(serviceId),
        input: { serviceId, endsAt: service.ends_at.toISOString() },
        title: `lease of ${service.name}`,
        subject: { kind: "service", id: serviceId },
        // Nobody's but the administrators': who could cancel it would have his service for ever.
        userId: null,
      });
    },
    async stopLease(tx, serviceId) {
      const message: LeaseMessage = { stop: true };
      await engine.send(tx, leaseId(serviceId), "lease", message);
    },
    async warnOwner(tx, serviceId, endsAt) {
      const service = await readService(tx, serviceId);
      const object = { kind: "service", id: serviceId, name: service.name };
      await audit(tx, { actor: SYSTEM_ACTOR, action: "lease.warn", object, outcome: "done", details: { endsAt } });
      await tellLeaseEnds(tx, { request: await requestOfService(tx, serviceId), service });
    },
    async endLease(tx, serviceId) {
      const service = await readService(tx, serviceId);
      const object = { kind: "service", id: serviceId, name: service.name };
      await audit(tx, {
        actor: SYSTEM_ACTOR,
        action: "lease.end",
        object,
        outcome: "done",
        details: { policy: service.lease_policy },
      });
      await dropExtension(tx, serviceId, "the lease ended before anyone decided");
      switch (service.lease_policy) {
        case "delete":
          return startRetirement(engine, tx, service, { userId: null });
        case "deactivate":
          return startDeactivation(engine, tx, service);
        default:
          return;
      }
    },
    runHook: (run, call) => runHook(deps, run, call),
    async stopVm(serverId, call) {
      const server = await readServer(db, serverId);
      if (server.host_id === null) return;
      await (await deps.servers.host(server.host_id)).power.off(vmName(serverId), call);
    },
    async deactivateServer(tx, serverId) {
      const server = await readServer(tx, serverId);
      if (nextState(server.state, "deactivate") !== null) await moveServer(tx, serverId, "deactivate");
    },
  };
}

async function releaseServer(tx: Tx, serverId: string): Promise<void> {
  const server = await readServer(tx, serverId);
  if (nextState(server.state, "release") !== null) await moveServer(tx, serverId, "release");
  await releaseFabric(tx, serverId);
  await releaseVolumes(tx, serverId);
  await releaseServerReservation(tx, serverId);
}
