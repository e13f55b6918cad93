import { describe, expect, it } from "vitest";
import { verbsOf } from "../kernel/verbs.ts";
import { type RequestFooting, requestVerbs, type ServiceFooting, serviceVerbs } from "./verb-rules.ts";

const request = (given: Partial<RequestFooting>) =>
  verbsOf(
    requestVerbs({
      kind: "service",
      state: "waiting",
      operation: "waiting",
      mayApprove: true,
      mayOperate: true,
      ...given,
    }),
  );
const service = (given: Partial<ServiceFooting>) =>
  verbsOf(
    serviceVerbs({
      state: "active",
      mayOperate: true,
      policy: { extend: null, delete: null },
      waitsUntil: null,
      ...given,
    }),
  );

describe("the verbs of a request", () => {
  it.each<[string, Partial<RequestFooting>, string[]]>([
    ["waiting, to an administrator", {}, ["approve", "reject", "withdraw"]],
    ["waiting, to its requester", { mayApprove: false }, ["withdraw"]],
    ["waiting, to its approver", { mayOperate: false }, ["approve", "reject"]],
    ["approved", { state: "approved" }, ["withdraw"]],
    ["active", { state: "active", operation: "done" }, []],
    ["parked", { state: "deploying", operation: "parked" }, ["retry-step", "rollback", "accept"]],
    ["stuck", { state: "deploying", operation: "stuck" }, ["retry-step", "accept"]],
    ["failed", { state: "failed", operation: "failed" }, ["retry"]],
    ["failed, to another", { state: "failed", operation: "failed", mayOperate: false }, []],
    ["for a longer lease, waiting", { kind: "extension" }, ["approve", "reject", "withdraw"]],
    ["for a longer lease, approved", { kind: "extension", state: "approved" }, []],
  ])("%s", (_, given, allowed) => {
    expect(request(given).allowed).toEqual(allowed);
  });

  it("all have a reason where they are refused", () => {
    const { allowed, refused } = request({ state: "active", operation: "done" });
    expect(allowed).toEqual([]);
    expect(Object.keys(refused)).toEqual([
      "approve",
      "reject",
      "withdraw",
      "retry",
      "retry-step",
      "rollback",
      "accept",
    ]);
    expect(refused.withdraw).toBe("the service is in use: delete the service instead");
  });
});

describe("the verbs of a service", () => {
  it("follow its state", () => {
    expect(service({}).allowed).toEqual(["extend", "delete"]);
    expect(service({ state: "inactive" }).allowed).toEqual(["delete"]);
    expect(service({ state: "retired" }).allowed).toEqual([]);
  });

  it("are refused to who only sees it", () => {
    expect(service({ mayOperate: false }).refused.delete).toBe("it is another's: only its owner and operators may");
  });

  it("are refused by a policy with its reason", () => {
    const { refused } = service({ policy: { extend: null, delete: "your policy says no" } });
    expect(refused).toEqual({ delete: "your policy says no" });
  });

  it("say that a longer lease waits already", () => {
    expect(service({ waitsUntil: "2027-01-01T00:00:00.000Z" }).refused.extend).toContain("waits for approval already");
  });
});
