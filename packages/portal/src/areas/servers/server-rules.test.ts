import { describe, expect, it } from "vitest";
import { differs, powerWords, sshHint } from "./server-rules.ts";

const NOW = new Date("2027-01-10T12:00:00Z");
const observedAt = "2027-01-10T11:50:00Z";

describe("power in words", () => {
  it.each([
    [{ wanted: "on", observed: "on", observedAt }, "on, seen 10 minutes ago"],
    [{ wanted: "on", observed: "off", observedAt }, "seen off 10 minutes ago, wanted on"],
    [{ wanted: "on", observed: "unknown", observedAt }, "unknown, last looked 10 minutes ago"],
    [{ wanted: "on", observed: "unknown", observedAt: null }, "on is wanted, nobody has looked yet"],
    [{ wanted: "unknown", observed: "unknown", observedAt: null }, "nobody has looked yet"],
    [{ wanted: "off", observed: "off", observedAt: "2027-01-10T11:59:50Z" }, "off, seen just now"],
  ] as const)("%j is %s", (power, words) => expect(powerWords(power, NOW)).toBe(words));

  it("differs only where both are known", () => {
    expect(differs({ wanted: "on", observed: "off", observedAt })).toBe(true);
    expect(differs({ wanted: "on", observed: "unknown", observedAt })).toBe(false);
  });
});

describe("the way to a shell", () => {
  const server = { name: "shop-app-1", state: "active", address: "10.0.0.5" } as const;

  it("is a command that can be pasted", () => expect(sshHint(server)).toBe("berth ssh shop-app-1"));
  it("is none while there is nothing to reach", () => {
    expect(sshHint({ ...server, state: "inactive" })).toBeNull();
    expect(sshHint({ ...server, address: null })).toBeNull();
  });
  it("is none for a name that a shell would read otherwise", () =>
    expect(sshHint({ ...server, name: "a;b" })).toBeNull());
});
