import type { Contract, Route } from "@berth/api/route.ts";
import type { ObjectKind } from "../kit/paths.ts";

export interface PaletteEntry {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly to: string;
}

/** Lists that are searched by name, and the kind of page that their items have. */
export const SEARCHED: readonly {
  readonly operation: string;
  readonly kind: ObjectKind;
  readonly id: "id" | "name";
}[] = [
  { operation: "listServers", kind: "server", id: "id" },
  { operation: "listServices", kind: "service", id: "id" },
  { operation: "listRequests", kind: "request", id: "id" },
  { operation: "listTemplates", kind: "template", id: "name" },
  { operation: "listOperations", kind: "operation", id: "id" },
  { operation: "listMachines", kind: "machine", id: "id" },
  { operation: "listHosts", kind: "host", id: "id" },
  { operation: "listEnclosures", kind: "enclosure", id: "id" },
  { operation: "listNetworks", kind: "network", id: "id" },
  { operation: "listPools", kind: "pool", id: "id" },
  { operation: "listImages", kind: "image", id: "id" },
  { operation: "listUsers", kind: "user", id: "name" },
  { operation: "listProjects", kind: "project", id: "id" },
  { operation: "listGroups", kind: "group", id: "id" },
];

/** How well a text fits what was typed: all words must be in it; beginnings count more. Null when it does not fit. */
function score(title: string, typed: string): number | null {
  const text = title.toLowerCase();
  let sum = 0;
  for (const word of typed
    .toLowerCase()
    .split(/\s+/)
    .filter((one) => one !== "")) {
    const at = text.indexOf(word);
    if (at === -1) return null;
    sum += at === 0 ? 4 : /[\s-]/.test(text.charAt(at - 1)) ? 2 : 1;
  }
  return sum - text.length / 1_000;
}

export function bestOf(entries: readonly PaletteEntry[], typed: string, count: number): PaletteEntry[] {
  return entries
    .flatMap((entry) => {
      const points = score(`${entry.title} ${entry.note}`, typed);
      return points === null ? [] : [{ entry, points }];
    })
    .toSorted((a, b) => b.points - a.points)
    .slice(0, count)
    .map(({ entry }) => entry);
}

/** Acts on one object: where the object is, they are done. `startServer` → "start", of servers. */
export function verbsOf(contract: Contract): { operation: string; title: string; tag: string }[] {
  return Object.entries(contract)
    .filter(([, route]: [string, Route]) => route.method !== "GET" && route.cli !== undefined)
    .map(([operation, route]) => ({ operation, title: route.summary, tag: route.tag }));
}

/** The page where the acts of a tag are found. */
const PAGES: Readonly<Record<string, string>> = {
  servers: "/servers",
  services: "/services",
  requests: "/requests",
  operations: "/operations",
  templates: "/catalog",
  scripts: "/scripts",
  approvals: "/access/approval-rules",
  mail: "/settings",
  system: "/settings",
  access: "/access",
  identity: "/access",
  "sign-in": "/access",
  audit: "/settings",
  "self-service": "/access/self-service",
  sessions: "/profile",
  machines: "/estate/machines",
  hosts: "/estate/hosts",
  networks: "/estate/networks",
  pools: "/estate/pools",
  storage: "/estate/volumes",
  images: "/estate/images",
  sites: "/estate/sites",
  boot: "/estate/policies",
  providers: "/estate",
};

export function pageOfTag(tag: string): string | null {
  return PAGES[tag] ?? null;
}
