import type { Widgets } from "../../kit/form-fields.tsx";
import type { ChangedNoun, NewNoun } from "../../kit/noun-forms.tsx";
import { pickMany, pickOne } from "../../kit/pickers.tsx";

const site = pickOne("listSites");
const poolWidgets: Widgets = {
  machines: pickMany("listMachines"),
  hosts: pickMany("listHosts"),
  networks: pickMany("listNetworks"),
  users: pickMany("listUsers"),
};
const POOL_ORDER = ["name", "notes", "goal", "order", "machines", "hosts", "networks", "roles", "users"];
const lists = {
  enclosure: { title: "Enclosures", to: "/estate/enclosures" },
  network: { title: "Networks", to: "/estate/networks" },
  identities: { title: "Identities", to: "/estate/identity-ranges" },
  pool: { title: "Pools", to: "/estate/pools" },
  site: { title: "Sites", to: "/estate/sites" },
  image: { title: "Images", to: "/estate/images" },
  policy: { title: "Boot policies", to: "/estate/policies" },
} as const;

export const NEW_NOUNS: Readonly<Record<string, NewNoun>> = {
  enclosure: {
    title: "Add an enclosure",
    list: lists.enclosure,
    operation: "createEnclosure",
    order: ["name", "site", "bays", "model"],
    widgets: { site },
  },
  network: {
    title: "Add a network",
    list: lists.network,
    operation: "createNetwork",
    order: ["name", "site", "cidr", "gateway", "vlan", "dns", "domain", "pxe", "ranges"],
    widgets: { site },
  },
  "identity-range": {
    title: "Add a range of identities",
    list: lists.identities,
    operation: "createIdentityRange",
    order: ["name", "kind", "first", "last"],
  },
  pool: { title: "Make a pool", list: lists.pool, operation: "createPool", order: POOL_ORDER, widgets: poolWidgets },
  site: { title: "Add a site", list: lists.site, operation: "createSite", order: ["name", "dial"] },
  "image-import": {
    title: "Import an image",
    list: lists.image,
    operation: "importImage",
    order: ["name", "format", "url", "file", "sha256", "os", "firmware"],
    submitLabel: "Import",
  },
  "image-build": {
    title: "Build an image",
    list: lists.image,
    operation: "buildImage",
    order: ["recipe", "as", "mirror"],
    submitLabel: "Build",
  },
};

export const CHANGED_NOUNS: Readonly<Record<string, ChangedNoun>> = {
  network: {
    title: "Edit network",
    list: lists.network,
    operation: "updateNetwork",
    reads: "getNetwork",
    param: "id",
    order: ["gateway", "vlan", "dns", "domain", "pxe"],
    fields: ["gateway", "vlan", "dns", "domain", "pxe"],
  },
  pool: {
    title: "Edit pool",
    list: lists.pool,
    operation: "updatePool",
    reads: "getPool",
    param: "id",
    order: POOL_ORDER,
    fields: POOL_ORDER.slice(1),
    widgets: poolWidgets,
  },
  site: {
    title: "Edit site",
    list: lists.site,
    operation: "updateSite",
    reads: "getSite",
    param: "id",
    order: ["dial"],
    fields: ["dial"],
  },
};
