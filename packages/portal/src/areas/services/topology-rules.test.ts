import { describe, expect, it } from "vitest";
import { healthOf, healthWords, MAX_SHOWN, type Server, topologyGroups, topologyLayout } from "./topology-rules.ts";

const seen = { wanted: "on", observed: "on", observedAt: null } as const;
const server = (name: string, of: Partial<Server> = {}): Server => ({
  ...{ id: "5a1f6f8c-3f0b-4d0a-9d8e-0a4d1d7a2b11", version: 1, name, hostname: name, kind: "virtual", state: "active" },
  ...{
    service: "shop",
    project: null,
    group: "app",
    on: "host-1",
    cores: 1,
    memoryMiB: 512,
    address: "10.0.0.5",
    power: seen,
  },
  ...{ allowed: [], refused: {}, createdAt: "2027-01-01T00:00:00Z" },
  ...of,
});

describe("the health of a server", () => {
  it.each([
    ["active", "on", "well", "on"],
    ["active", "off", "broken", "off, wanted on"],
    ["active", "unknown", "unknown", "unknown"],
    ["inactive", "off", "off", "off"],
    ["provisioning", "unknown", "busy", "provisioning"],
    ["failed", "on", "broken", "failed"],
    ["retired", "unknown", "gone", "retired"],
  ] as const)("%s and seen %s is %s, in words %s", (state, observed, health, words) => {
    const one = server("a", { state, power: { ...seen, observed } });
    expect(healthOf(one)).toBe(health);
    expect(healthWords(one)).toBe(words);
  });
});

describe("the topology of a service", () => {
  it("has its groups with their servers as people count them", () => {
    const groups = topologyGroups([server("app-10"), server("app-9"), server("db-1", { group: "db" })], () => ["lan"]);
    expect(groups.map((group) => [group.name, group.servers.map((one) => one.name)])).toEqual([
      ["app", ["app-9", "app-10"]],
      ["db", ["db-1"]],
    ]);
  });

  it("leaves out what is gone, unless all is", () => {
    const gone = server("b", { state: "retired" });
    expect(topologyGroups([server("a"), gone], () => []).flatMap((group) => group.servers)).toHaveLength(1);
    expect(topologyGroups([gone], () => []).flatMap((group) => group.servers)).toHaveLength(1);
  });

  it("says how many more there are than it shows, and draws a place for that", () => {
    const many = Array.from({ length: MAX_SHOWN + 5 }, (_, i) => server(`app-${i}`));
    const groups = topologyGroups(many, () => ["lan"]);
    expect(groups[0]?.more).toBe(5);
    const fewer = topologyGroups(many.slice(0, MAX_SHOWN), () => ["lan"]);
    expect(topologyLayout(groups).height).toBeGreaterThan(topologyLayout(fewer).height);
  });
});
