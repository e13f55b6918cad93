import { expect, it } from "vitest";
import { assemblePlaces, type PlaceFacts } from "./topology-rules.ts";

const host = {
  id: "h1",
  name: "host-1",
  state: "available",
  state_reason: null,
  maintenance: false,
  storage_pool: "berth",
  storage_gib: 100,
  promised_gib: 30,
} as const;
const facts: PlaceFacts = {
  enclosures: [
    { id: "e1", name: "rack-1", bays: 8 },
    { id: "e2", name: "rack-2", bays: 4 },
  ],
  hosts: [host],
  machines: [
    { enclosure_id: "e1", state: "in-use", health: "ok", maintenance: false, count: 3 },
    { enclosure_id: "e1", state: "failed", health: "critical", maintenance: false, count: 1 },
    { enclosure_id: null, state: "enrolled", health: "unknown", maintenance: false, count: 2 },
  ],
  servers: [
    { enclosure_id: "e1", host_id: null, state: "active", count: 3 },
    { enclosure_id: null, host_id: "h1", state: "active", count: 5 },
  ],
  networks: [{ enclosure_id: null, host_id: "h1", name: "lan", count: 5 }],
};

it("gives each place what is in it, and nothing of another (CAP D3)", () => {
  const [one, two, three, alone] = assemblePlaces(facts);
  expect(one).toMatchObject({ kind: "enclosure", name: "rack-1", bays: 8, networks: [] });
  expect(one?.machines).toEqual([
    { state: "in-use", health: "ok", maintenance: false, count: 3 },
    { state: "failed", health: "critical", maintenance: false, count: 1 },
  ]);
  expect(one?.servers).toEqual([{ state: "active", count: 3 }]);
  expect(two).toMatchObject({ name: "rack-2", machines: [], servers: [] });
  expect(three).toMatchObject({
    kind: "host",
    host: { state: "available", stateReason: null, maintenance: false },
    storage: { pool: "berth", totalGiB: 100, promisedGiB: 30 },
    servers: [{ state: "active", count: 5 }],
    networks: [{ name: "lan", servers: 5 }],
  });
  expect(alone).toMatchObject({ kind: "alone", servers: [], machines: [{ state: "enrolled", count: 2 }] });
});

it("has no place for machines that stand alone where there are none", () => {
  const kinds = assemblePlaces({ ...facts, machines: [] }).map(({ kind }) => kind);
  expect(kinds).toEqual(["enclosure", "enclosure", "host"]);
});
