import { randomUUID } from "node:crypto";
import { audit } from "../audit/audit.ts";
import { demand, mayWhere, type Permission } from "../identity/grants.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { demandByPolicy, viewerOf } from "../policies/entitlement.ts";
import type { ServerAction } from "./rules.ts";
import { SERVER_SCOPE, serverScope } from "./scope.ts";
import { serverPower } from "./server-power.ts";
import { findServer, type ServerRow } from "./store.ts";
import { verbsFor } from "./views.ts";

/**
 * The server, if the caller sees it; `not_found` otherwise, as if it were not there. Who sees it and may not do more is
 * told so.
 */
export async function ownServer(
  db: Db | Tx,
  actor: Actor,
  idOrName: string,
  permission: Extract<Permission, "see" | "operate"> = "operate",
): Promise<ServerRow> {
  const seen = mayWhere(actor, "see", SERVER_SCOPE);
  const server = await findServer(db, idOrName, { seen, prefer: actor.userId });
  if (server === null) throw new AppError("not_found", `there is no server ${idOrName}`);
  demand(actor, permission, serverScope(server), `operate server ${server.name}`);
  return server;
}

/** Starts, stops or restarts a server; answers the id of the operation that does it. */
export async function switchServer(
  deps: { db: Db; engine: Engine },
  actor: Actor,
  idOrName: string,
  action: ServerAction,
  record: (tx: Tx, answer: { operationId: string }) => Promise<void>,
): Promise<{ operationId: string }> {
  return inTx(deps.db, async (tx) => {
    const server = await ownServer(tx, actor, idOrName);
    await demandByPolicy(tx, actor, serverScope(server), { verb: action, name: `server ${server.name}` });
    const viewer = await viewerOf(tx, actor);
    const refusal = verbsFor(server, viewer)[action];
    if (refusal !== null)
      throw new AppError("conflict", `server ${server.name} is ${server.state}: it can't ${action} now`, {
        reasons: [refusal],
      });
    const operationId = `power-${randomUUID()}`;
    await tx
      .updateTable("server")
      .set((eb) => ({ power_wanted: action === "stop" ? "off" : "on", version: eb("version", "+", 1) }))
      .where("id", "=", server.id)
      .execute();
    await deps.engine.start(tx, serverPower, {
      id: operationId,
      input: { serverId: server.id, action, on: landedOn(server) },
      title: `${action} ${server.name}`,
      subject: { kind: "server", id: server.id },
      userId: actor.userId,
    });
    const object = { kind: "server", id: server.id, name: server.name };
    await audit(tx, { actor, action: `server.${action}`, object, outcome: "done" });
    await record(tx, { operationId });
    return { operationId };
  });
}

function landedOn(server: ServerRow): { kind: "host" | "machine"; id: string } {
  if (server.host_id !== null) return { kind: "host", id: server.host_id };
  if (server.machine_id !== null) return { kind: "machine", id: server.machine_id };
  throw new AppError("conflict", `server ${server.name} has not landed anywhere`);
}
