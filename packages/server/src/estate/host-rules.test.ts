import { expect, it } from "vitest";
import {
  allowedHostActions,
  type HostState,
  hostLifecycle,
  judgeHost,
  nextHostState,
  refusedHostActions,
} from "./host-rules.ts";

it("brings a host back from every state but retired when it answers", () => {
  const states = Object.keys(hostLifecycle()) as HostState[];
  expect(states.filter((state) => nextHostState(state, "seen") !== "available")).toEqual(["retired"]);
});

it.each([
  ["silence", null, "lost"],
  ["an answer with its storage pool", { storagePools: [{ name: "a" }, { name: "berth" }] }, "seen"],
  ["an answer without it", { storagePools: [{ name: "a" }] }, "fail"],
])("judges %s", (_what, answer, event) => {
  expect(judgeHost(answer, "berth").event).toBe(event);
});

it("names the storage pools that there are", () => {
  expect(judgeHost({ storagePools: [{ name: "a" }, { name: "b" }] }, "berth").reason).toContain("a, b");
});

it("offers the way out of maintenance only to those in it", () => {
  expect(allowedHostActions("available", true)).toContain("maintenance-off");
  expect(allowedHostActions("available", false)).not.toContain("maintenance-off");
  expect(allowedHostActions("retired", false)).toEqual([]);
  expect(refusedHostActions("available", true)).toEqual({ "maintenance-on": "it is in maintenance already" });
  expect(Object.keys(refusedHostActions("retired", false))).toHaveLength(4);
});
