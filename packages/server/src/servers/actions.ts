import { randomUUID } from "node:crypto";
import { audit } from "../identity/audit.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import { mayAct } from "./owner-rules.ts";
import { allowedActions, type ServerAction } from "./rules.ts";
import { serverPower } from "./server-power.ts";
import { findServer, type ServerRow } from "./store.ts";

/** The server, if the caller may see it; `not_found` otherwise, as if it were not there. */
export async function ownServer(db: Db | Tx, actor: Actor, idOrName: string): Promise<ServerRow> {
  const server = await findServer(db, idOrName, actor.userId);
  if (server === null || !mayAct(actor, server.owner_id))
    throw new AppError("not_found", `there is no server ${idOrName}`);
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
    if (!allowedActions(server.state).includes(action))
      throw new AppError("conflict", `server ${server.name} is ${server.state}: it can't ${action} now`, {
        reasons: [`allowed now: ${allowedActions(server.state).join(", ") || "nothing"}`],
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
