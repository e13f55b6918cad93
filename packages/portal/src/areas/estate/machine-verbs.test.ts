import { describe, expect, it } from "vitest";
import { machineVerbs } from "./machine-verbs.ts";

const machine = { id: "m1", name: "blade-1", server: null, maintenance: false };
const verb = (name: string, change: Partial<typeof machine> | { server: string } = {}) => {
  const found = machineVerbs({ ...machine, ...change }).find((one) => one.verb === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

describe("what can be asked of a machine", () => {
  it("names the server that switching it hits, and asks before", () => {
    const off = verb("power-off", { server: "db-1" });
    expect(off.input.body).toEqual({ action: "off", server: "db-1" });
    expect(off.danger).toBe(true);
    expect(off.lost).toContain("db-1");
  });

  it("names no server where there is none", () => {
    expect(verb("power-off").input.body).toEqual({ action: "off" });
    expect(verb("power-off").lost).toBeUndefined();
  });

  it("begins maintenance with a form for the reason, and ends it at once", () => {
    expect(verb("maintenance-on").form).toBe(true);
    expect(verb("maintenance-off", { maintenance: true }).form).toBeUndefined();
    expect(machineVerbs(machine).some((one) => one.verb === "maintenance-off")).toBe(false);
  });

  it("says what is lost for good and what is kept, wherever something is", () => {
    for (const name of ["retire", "delete"]) {
      expect(verb(name)).toMatchObject({ danger: true, kept: expect.any(String), lost: expect.any(String) });
    }
  });
});
