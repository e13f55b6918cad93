import { consoleContract } from "@berth/api/console.ts";
import type { ProviderPool } from "../estate/providers.ts";
import { reachedId } from "../estate/scope.ts";
import type { Db } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import { accessProblem } from "../kernel/http/access.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { demandByPolicy, viewerOf } from "../policies/entitlement.ts";
import type { Console } from "../providers/provider.ts";
import { ownServer } from "../servers/actions.ts";
import { vmName } from "../servers/rules.ts";
import { serverScope } from "../servers/scope.ts";
import type { ServerRow } from "../servers/store.ts";
import { verbsFor } from "../servers/views.ts";

export type SubjectKind = "server" | "machine";

/** Whose console it is, and who serves it. */
export interface ConsoleTarget {
  readonly object: { readonly kind: SubjectKind; readonly id: string; readonly name: string };
  /** Where it has landed; a console does not follow it elsewhere. */
  readonly place: string;
  /** What its backend calls it. */
  readonly subject: string;
  readonly console: Console | null;
  /** What serves it, for people. */
  readonly backend: string;
}

export interface TargetDeps {
  readonly db: Db;
  readonly providers: Pick<ProviderPool, "forHost" | "forMachine">;
}

/** @throws AppError `not_found` for what the actor may not see, `forbidden` for what he may not use. */
export async function targetOf(
  deps: TargetDeps,
  actor: Actor,
  kind: SubjectKind,
  idOrName: string,
): Promise<ConsoleTarget> {
  switch (kind) {
    case "server":
      return await serverTarget(deps, await usableServer(deps.db, actor, idOrName));
    case "machine":
      return await machineTarget(deps, actor, idOrName);
  }
}

const ROUTES = { server: consoleContract.openServerConsole, machine: consoleContract.openMachineConsole };

/** The rule of the route, asked once more of who comes through a WebSocket. */
export function refuseByRoute(actor: Actor, kind: SubjectKind): void {
  const problem = accessProblem(ROUTES[kind], actor);
  if (problem !== null) throw problem;
}

async function usableServer(db: Db, actor: Actor, idOrName: string): Promise<ServerRow> {
  const server = await ownServer(db, actor, idOrName);
  const name = `the console of server ${server.name}`;
  await demandByPolicy(db, actor, serverScope(server), { verb: "console", name });
  const refusal = verbsFor(server, await viewerOf(db, actor)).console;
  if (refusal === null) return server;
  throw new AppError("conflict", `server ${server.name} is ${server.state}: it has no console now`, {
    reasons: [refusal],
  });
}

async function serverTarget({ providers }: TargetDeps, server: ServerRow): Promise<ConsoleTarget> {
  const object = { kind: "server", id: server.id, name: server.name } as const;
  if (server.host_id !== null) {
    const provider = await providers.forHost(server.host_id);
    const place = `host:${server.host_id}`;
    return { object, place, subject: vmName(server.id), console: provider.console ?? null, backend: "hypervisor" };
  }
  if (server.machine_id === null)
    throw new AppError("conflict", `server ${server.name} has not landed anywhere yet, so there is no console`);
  return { object, ...(await atMachine(providers, server.machine_id)) };
}

async function machineTarget({ db, providers }: TargetDeps, actor: Actor, idOrName: string): Promise<ConsoleTarget> {
  const id = await reachedId(db, actor, "machine", { idOrName, permission: "operate" });
  const { name } = await db.selectFrom("machine").select("name").where("id", "=", id).executeTakeFirstOrThrow();
  return { object: { kind: "machine", id, name }, ...(await atMachine(providers, id)) };
}

async function atMachine(providers: TargetDeps["providers"], machineId: string) {
  const { provider, system } = await providers.forMachine(machineId);
  return {
    place: `machine:${machineId}`,
    subject: system,
    console: provider.console ?? null,
    backend: "management controller",
  };
}
