import type { FieldProblem } from "@berth/api/errors.ts";
import type { Template, TemplateGroup } from "../catalog/template.ts";
import type { Demand } from "../placement/demand.ts";
import { hostnameOf } from "../services/rules.ts";

/** One server of a request before anything is reserved: all its names are chosen here. */
export interface PlannedServer {
  readonly id: string;
  readonly name: string;
  readonly hostname: string;
  readonly ordinal: number;
  readonly group: TemplateGroup;
}

/** Expands a template's groups into servers. `newId` is called once per server, in order. */
export function planServers(
  template: Template,
  wish: { service: string; completion: string },
  newId: () => string,
): PlannedServer[] {
  return template.groups.flatMap((group) =>
    Array.from({ length: group.count }, (_, index) => ({
      id: newId(),
      name: `${wish.service}-${group.name}-${index + 1}`,
      hostname: hostnameOf(group.hostname, wish.completion, index + 1, group.count),
      ordinal: index + 1,
      group,
    })),
  );
}

const MAX_LABEL = 63;

/** What only shows once pattern and completion are together: host names too long, or twice the same. */
export function checkNames(servers: readonly PlannedServer[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Map<string, string>();
  for (const { name, hostname } of servers) {
    if (hostname.length > MAX_LABEL)
      problems.push({
        field: "completion",
        message: `the host name ${hostname} would have more than ${MAX_LABEL} characters`,
      });
    if (name.length > MAX_LABEL)
      problems.push({
        field: "service",
        message: `the server name ${name} would have more than ${MAX_LABEL} characters`,
      });
    const other = seen.get(hostname);
    if (other !== undefined)
      problems.push({ field: "completion", message: `${other} and ${name} would both get the host name ${hostname}` });
    seen.set(hostname, name);
  }
  return problems;
}

/** What a server asks of the pools. */
export function demandOf(server: PlannedServer, networkIds: ReadonlyMap<string, string>): Demand {
  const { group } = server;
  return {
    serverId: server.id,
    name: server.name,
    group: group.name,
    kind: group.kind,
    cores: group.cores,
    memoryMiB: group.memoryMiB,
    firmware: group.firmware,
    disks: group.disks,
    // Every network of the template was looked up before; one that is missing was refused there.
    networkIds: group.nics.flatMap((nic) => networkIds.get(nic.network) ?? []),
    goal: group.goal,
  };
}
