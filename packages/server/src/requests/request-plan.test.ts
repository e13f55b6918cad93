import { describe, expect, it } from "vitest";
import type { Template, TemplateGroup } from "../catalog/template.ts";
import { checkNames, demandOf, planServers } from "./request-plan.ts";

const group = (name: string, more: Partial<TemplateGroup> = {}): TemplateGroup => ({
  name,
  kind: "virtual",
  count: 1,
  cores: 2,
  memoryMiB: 1024,
  firmware: null,
  image: "debian-12",
  hostname: `${name}#`,
  disks: [{ name: "root", sizeGiB: 8, role: "boot" }],
  nics: [{ network: "lan", mode: "automatic", address: null, primary: true }],
  goal: null,
  os: null,
  ...more,
});
const template = (...groups: TemplateGroup[]): Template => ({
  name: "t",
  title: "T",
  notes: null,
  networks: ["lan"],
  groups,
  costs: [],
  hooks: [],
});
const ids = () => {
  let n = 0;
  return () => {
    n += 1;
    return `id-${n}`;
  };
};

describe("planning servers", () => {
  it("names every member of every group, with numbers only where there are several", () => {
    const planned = planServers(
      template(group("db"), group("app", { count: 2 })),
      { service: "shop", completion: "x" },
      ids(),
    );
    expect(planned.map(({ id, name, hostname, ordinal }) => ({ id, name, hostname, ordinal }))).toEqual([
      { id: "id-1", name: "shop-db-1", hostname: "dbx", ordinal: 1 },
      { id: "id-2", name: "shop-app-1", hostname: "appx1", ordinal: 1 },
      { id: "id-3", name: "shop-app-2", hostname: "appx2", ordinal: 2 },
    ]);
    expect(checkNames(planned)).toEqual([]);
  });

  it("names the field for a host name that is too long, and for one that comes twice", () => {
    const long = planServers(
      template(group("db", { hostname: `${"d".repeat(39)}#${"e".repeat(39)}` })),
      { service: "s", completion: "x" },
      ids(),
    );
    expect(checkNames(long).map((problem) => problem.field)).toEqual(["completion"]);
    const twice = planServers(
      template(group("a", { hostname: "w#" }), group("b", { hostname: "w#" })),
      { service: "s", completion: "x" },
      ids(),
    );
    expect(checkNames(twice)).toEqual([
      { field: "completion", message: "s-a-1 and s-b-1 would both get the host name wx" },
    ]);
  });

  it("asks for one network per NIC, in the template's order", () => {
    const nics = ["storage", "lan"].map((network) => ({
      network,
      mode: "automatic" as const,
      address: null,
      primary: false,
    }));
    const [server] = planServers(template(group("db", { nics })), { service: "s", completion: "x" }, ids());
    const networkIds = new Map([
      ["lan", "n1"],
      ["storage", "n2"],
    ]);
    expect(server === undefined ? [] : demandOf(server, networkIds).networkIds).toEqual(["n2", "n1"]);
  });
});
