/** Where the page of each kind of object is: what areas know of each other. Ids may be names where the API takes both. */
const PATHS = {
  server: "/servers/",
  service: "/services/",
  request: "/requests/",
  operation: "/operations/",
  template: "/catalog/",
  design: "/designer/",
  machine: "/estate/machines/",
  host: "/estate/hosts/",
  enclosure: "/estate/enclosures/",
  network: "/estate/networks/",
  pool: "/estate/pools/",
  image: "/estate/images/",
  volume: "/estate/volumes/",
  policy: "/estate/policies/",
  site: "/estate/sites/",
  user: "/access/users/",
  group: "/access/groups/",
  project: "/access/projects/",
  script: "/scripts/",
  "server-console": "/console/server/",
  "machine-console": "/console/machine/",
} as const;

export type ObjectKind = keyof typeof PATHS;

export function hrefOf(kind: ObjectKind, id: string): string {
  return `${PATHS[kind]}${encodeURIComponent(id)}`;
}

export function isObjectKind(kind: string): kind is ObjectKind {
  return Object.hasOwn(PATHS, kind);
}
