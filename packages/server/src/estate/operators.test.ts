import { expect, it } from "vitest";
import type { Actor } from "../kernel/http/handler.ts";
import { decidedFor } from "./operators.ts";

const view = { name: "blade-1", allowed: ["inspect"], refused: { retire: "it serves a server" } };
const actor = (roles: Actor["roles"], grants: Actor["grants"] = []): Actor => ({
  userId: "00000000-0000-4000-8000-000000000001",
  name: "ada",
  roles,
  grants,
  scope: "full",
});

it.each([
  ["an administrator", actor(["administrator"])],
  ["an operator", actor(["operator"])],
  ["an operator of a pool", actor(["user"], [{ role: "operator", on: "pool", id: "p" }])],
])("tells %s what may be done with a machine", (_who, who) => expect(decidedFor(who, view)).toEqual(view));

it.each([
  ["an auditor", actor(["auditor"])],
  ["an operator with a token that only reads", { ...actor(["operator"]), scope: "read" as const }],
])("tells %s that it is for operators", (_who, who) => {
  expect(decidedFor(who, view)).toEqual({
    name: "blade-1",
    allowed: [],
    refused: { inspect: "it is for operators", retire: "it is for operators" },
  });
});
