import type { TemplateHook } from "../catalog/template.ts";
import type { ServerRow } from "../servers/store.ts";
import { primaryAddress } from "../servers/views.ts";

/** What scripts find in their environment; documented in the guide's page on templates. */
export function hookEnvironment(
  hook: TemplateHook,
  where: { service: string; requestId: string; server: ServerRow; servers: readonly ServerRow[] },
): Record<string, string> {
  const groups: Record<string, string> = {};
  for (const name of new Set(where.servers.map((server) => server.group_name))) {
    const members = where.servers.filter((server) => server.group_name === name);
    const key = `BERTH_GROUP_${name.toUpperCase().replaceAll("-", "_")}`;
    groups[`${key}_ADDRESSES`] = members.flatMap((member) => primaryAddress(member) ?? []).join(" ");
    groups[`${key}_HOSTNAMES`] = members.map((member) => member.hostname).join(" ");
  }
  return {
    ...hook.env,
    ...groups,
    BERTH_SERVICE_NAME: where.service,
    BERTH_REQUEST_ID: where.requestId,
    BERTH_SERVER_NAME: where.server.name,
    BERTH_SERVER_HOSTNAME: where.server.hostname,
    BERTH_SERVER_ADDRESS: primaryAddress(where.server) ?? "",
  };
}

const MAX_OUTPUT_CHARS = 64 * 1024;

/** What is kept of a hook's output: its end, where the reason of a failure stands. PostgreSQL's text holds no NUL. */
export function keptOutput(output: string): string {
  const clean = output.replaceAll("\u0000", "\ufffd");
  return clean.length <= MAX_OUTPUT_CHARS ? clean : `… ${clean.slice(-MAX_OUTPUT_CHARS)}`;
}
