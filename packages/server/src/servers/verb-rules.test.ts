import { expect, it } from "vitest";
import { verbsOf } from "../kernel/verbs.ts";
import { lifecycle, type ServerState } from "./rules.ts";
import { SERVER_VERBS, type ServerFooting, serverVerbs } from "./verb-rules.ts";

const verbs = (state: ServerState, given: Partial<ServerFooting> = {}) =>
  verbsOf(serverVerbs({ state, mayOperate: true, policy: () => null, ...given }));

it.each<[ServerState, string[]]>([
  ["active", ["stop", "restart", "console"]],
  ["inactive", ["start"]],
  ["provisioning", ["console"]],
  ["reserved", []],
  ["retired", []],
])("a server that is %s can %j", (state, allowed) => {
  expect(verbs(state).allowed).toEqual(allowed);
});

it("has a reason for every verb that is refused, in every state", () => {
  for (const state of Object.keys(lifecycle()) as ServerState[]) {
    const { allowed, refused } = verbs(state);
    expect([...allowed, ...Object.keys(refused)].sort(), state).toEqual([...SERVER_VERBS].sort());
  }
});

it("is not operated by who only sees it", () => {
  expect(verbs("active", { mayOperate: false }).refused.stop).toContain("another's");
});

it("tells of its state before a policy: that is what can change by itself", () => {
  const policy = () => "the policy says no";
  expect(verbs("active", { policy }).refused).toEqual({
    start: "it is running already",
    stop: "the policy says no",
    restart: "the policy says no",
    console: "the policy says no",
  });
});
