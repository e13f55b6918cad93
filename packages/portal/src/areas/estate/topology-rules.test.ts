import { describe, expect, it } from "vitest";
import { filterPlaces, healthOf, type Place, placeWords, slicesOf } from "./topology-rules.ts";

const rack: Place = {
  kind: "enclosure",
  name: "rack-1",
  bays: 16,
  machines: [
    { state: "available", health: "ok", maintenance: false, count: 5 },
    { state: "in-use", health: "ok", maintenance: false, count: 6 },
    { state: "in-use", health: "critical", maintenance: false, count: 1 },
    { state: "available", health: "critical", maintenance: false, count: 1 },
  ],
  host: null,
  storage: null,
  servers: [{ state: "active", count: 7 }],
  networks: [{ name: "lan", servers: 7 }],
};
const host: Place = {
  ...rack,
  kind: "host",
  name: "host-1",
  bays: null,
  machines: [],
  host: { state: "available", stateReason: null, maintenance: false },
  networks: [],
};

describe("the picture of the estate (CAP D3)", () => {
  it("puts together what looks alike, the worst first, empty bays last", () => {
    expect(slicesOf(rack).map(({ word, count }) => `${count} ${word}`)).toEqual([
      "2 critical health",
      "6 in use",
      "5 free",
      "3 empty",
    ]);
  });

  it("says of a place what is worst in it", () => {
    expect(healthOf(rack)).toEqual({ tone: "bad", word: "2 critical health" });
    expect(healthOf(host)).toEqual({ tone: "good", word: "healthy" });
    expect(healthOf({ ...host, servers: [{ state: "failed", count: 1 }] }).word).toBe("1 server failed");
    const away = { state: "unreachable", stateReason: "silent", maintenance: true } as const;
    expect(healthOf({ ...host, host: away })).toEqual({ tone: "bad", word: "unreachable" });
    expect(healthOf({ ...host, host: { ...away, state: "available" } }).word).toBe("maintenance");
  });

  it("is narrowed by name, by trouble and by network", () => {
    const all = { search: "", isAttentionOnly: false, network: null };
    const names = (filter: object) => filterPlaces([rack, host], { ...all, ...filter }).map(({ name }) => name);
    expect(names({})).toEqual(["rack-1", "host-1"]);
    expect(names({ search: " RACK" })).toEqual(["rack-1"]);
    expect(names({ isAttentionOnly: true })).toEqual(["rack-1"]);
    expect(names({ network: "lan" })).toEqual(["rack-1"]);
  });

  it("says in words what a place holds", () => {
    expect(placeWords(rack)).toBe("13 of 16 bays filled · 7 servers");
    expect(placeWords({ ...host, servers: [{ state: "active", count: 1 }] })).toBe("1 server");
  });
});
