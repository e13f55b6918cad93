import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import type { Api } from "./house.ts";

const AREAS = join(import.meta.dirname, "../packages/portal/src/areas");
/** As areas name their pages: `page(parent, "/servers/$id", …)`. */
const PAGE = /\bpage\(\s*parent,\s*"([^"]+)"/g;

/** The addresses of all pages of the portal, as its areas say them, with `$` before what differs from object to object. */
export async function portalPaths(): Promise<string[]> {
  const paths = ["/sign-in"];
  for await (const file of glob("*/routes.tsx", { cwd: AREAS })) {
    const text = readFileSync(join(AREAS, file), "utf8");
    paths.push(...[...text.matchAll(PAGE)].map((match) => match[1] ?? ""));
  }
  return [...new Set(paths)].toSorted();
}

type List = () => Promise<{ items: readonly object[] }>;

/** An address with a real object of each kind in it; null where there is none to show. */
export async function realPath(api: Api, named: string): Promise<string | null> {
  // Forms are one page for all kinds of objects of an area.
  const path = named.replace("$noun", named.startsWith("/access/") ? "project" : "network");
  if (!path.includes("$")) return path;
  const list = listOf(api, path);
  if (list === null) return null;
  const { items } = await list();
  const [item] = items as { id: string; name?: string; state?: string }[];
  if (item === undefined) return null;
  return path
    .replace(/\$name\b/, encodeURIComponent(item.name ?? item.id))
    .replace(/\$\w+/, encodeURIComponent(item.id));
}

/** The list that holds what a path names, by how it begins. */
function listOf(api: Api, path: string): List | null {
  const lists: Readonly<Record<string, List>> = {
    "/catalog/": () => api.listTemplates(),
    "/designer/": () => api.listTemplates(),
    "/requests/": () => api.listRequests(),
    "/services/": () => api.listServices({ query: { state: "active" } }),
    "/servers/": () => api.listServers({ query: { state: "active" } }),
    "/console/server/": () => api.listServers({ query: { state: "active" } }),
    "/console/machine/": () => api.listMachines(),
    "/machines/": () => api.listMachines(),
    "/operations/": () => api.listOperations(),
    "/estate/edit/network/": () => api.listNetworks(),
    "/estate/edit/machine/": () => api.listMachines(),
    "/estate/edit/host/": () => api.listHosts(),
    "/estate/machines/": () => api.listMachines(),
    "/estate/hosts/": () => api.listHosts(),
    "/estate/enclosures/": () => api.listEnclosures(),
    "/estate/networks/": () => api.listNetworks(),
    "/estate/pools/": () => api.listPools(),
    "/estate/images/": () => api.listImages(),
    "/estate/volumes/": () => api.listVolumes(),
    "/estate/policies/": () => api.listBootPolicies(),
    "/estate/sites/": () => api.listSites(),
    "/access/edit/project/": () => api.listProjects(),
    "/access/users/": () => api.listUsers(),
    "/access/groups/": () => api.listGroups(),
    "/access/projects/": () => api.listProjects(),
  };
  const prefix = Object.keys(lists).find((one) => path.startsWith(one));
  return prefix === undefined ? null : (lists[prefix] ?? null);
}
