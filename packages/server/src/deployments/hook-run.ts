import { readTemplateById } from "../catalog/actions.ts";
import type { TemplateHook } from "../catalog/template.ts";
import type { ProviderPool } from "../estate/providers.ts";
import { runScript } from "../guests/ssh.ts";
import type { Db } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Outgoing } from "../kernel/outgoing.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import type { Call } from "../providers/provider.ts";
import { guestAccess } from "../servers/guest-access.ts";
import { type ServerRow, serversOf } from "../servers/store.ts";
import { requestOfService, type ServiceRow } from "../services/store.ts";
import { hookEnvironment, keptOutput } from "./hook-rules.ts";
import type { HookRun } from "./world.ts";

export interface HookDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly providers: Pick<ProviderPool, "dialFor">;
  readonly outgoing: Outgoing;
}

interface Outcome {
  /** Of a script its exit code; of a call its HTTP status. */
  readonly code: number;
  readonly isOk: boolean;
  readonly output: string;
}

/**
 * Runs one hook of a service's template and keeps what it printed.
 * @throws AppError `unavailable` with the end of the output when the hook failed.
 */
export async function runHook(deps: HookDeps, run: HookRun, call: Call): Promise<void> {
  const { db } = deps;
  const service = await db.selectFrom("service").selectAll().where("id", "=", run.serviceId).executeTakeFirstOrThrow();
  const { template } = await db.transaction().execute((tx) => readTemplateById(tx, service.template_id));
  const hook = template.hooks.find((candidate) => candidate.name === run.hook);
  if (hook === undefined) throw new AppError("internal", `template ${service.template_label} has no hook ${run.hook}`);
  const servers = await serversOf(db, run.serviceId);
  const server = servers.find((candidate) => candidate.id === run.serverId) ?? null;
  const outcome =
    hook.run.kind === "http"
      ? await callHttp(deps, hook.run, call)
      : await runOnServer(deps, hook, { service: service as ServiceRow, server, servers }, call);
  await db
    .insertInto("hook_run")
    .values({
      service_id: run.serviceId,
      server_id: run.serverId,
      name: run.hook,
      exit_code: outcome.code,
      output: keptOutput(outcome.output),
    })
    .execute();
  if (!outcome.isOk) throw new AppError("unavailable", failureOf(hook, server, outcome));
}

async function runOnServer(
  deps: HookDeps,
  hook: TemplateHook,
  where: { service: ServiceRow; server: ServerRow | null; servers: readonly ServerRow[] },
  call: Call,
): Promise<Outcome> {
  const { server } = where;
  if (hook.run.kind !== "script" || server === null)
    throw new AppError("internal", `hook ${hook.name} has no server to run on`);
  const guest = await guestAccess(deps.db, deps.secrets, server);
  const dial = await deps.providers.dialFor(guest.siteId);
  const request = await requestOfService(deps.db, where.service.id);
  const env = hookEnvironment(hook, {
    service: where.service.name,
    requestId: request.id,
    server,
    servers: where.servers,
  });
  const result = await runScript(
    { dial },
    guest,
    { script: hook.run.script, env, timeoutMs: hook.timeoutSeconds * 1000, asRoot: true },
    call,
  );
  const output =
    result.stderr === "" ? result.stdout : `${result.stdout}${result.stdout === "" ? "" : "\n"}${result.stderr}`;
  return { code: result.exitCode, isOk: result.exitCode === 0, output };
}

async function callHttp(
  deps: HookDeps,
  wanted: Extract<TemplateHook["run"], { kind: "http" }>,
  call: Call,
): Promise<Outcome> {
  const answer = await deps.outgoing.request({ url: wanted.url, method: wanted.method, body: wanted.body }, call);
  return { code: answer.status, isOk: wanted.expect.includes(answer.status), output: answer.text };
}

const SHOWN_LINES = 5;

function failureOf(hook: TemplateHook, server: ServerRow | null, outcome: Outcome): string {
  const where = server === null ? "" : ` on ${server.name}`;
  const what =
    hook.run.kind === "http" ? `was answered with status ${outcome.code}` : `ended with exit code ${outcome.code}`;
  const tail = outcome.output.trim().split("\n").slice(-SHOWN_LINES).join("\n");
  return `hook ${hook.name}${where} ${what}${tail === "" ? "" : `:\n${tail}`}`;
}
