import { expect, it } from "vitest";
import { addressGroup } from "./address-group.ts";
import { createRateLimit } from "./rate-limit.ts";

it("lets so many calls a minute pass for each address, and says how long to wait", () => {
  const limit = createRateLimit({ callsPerMinute: 2 });
  expect([0, 1, 2].map((i) => limit.secondsToWait("192.0.2.1", 1000 + i))).toEqual([0, 0, 60]);
  expect(limit.secondsToWait("192.0.2.2", 1003)).toBe(0);
  expect(limit.secondsToWait("192.0.2.1", 41_000)).toBe(20);
  expect(limit.secondsToWait("192.0.2.1", 61_000)).toBe(0);
});

it("counts a computer's IPv6 addresses as one", () => {
  const limit = createRateLimit({ callsPerMinute: 1 });
  expect(limit.secondsToWait("2001:db8::1", 0)).toBe(0);
  expect(limit.secondsToWait("2001:db8:0:0:ffff::2", 0)).toBe(60);
  expect(limit.secondsToWait("2001:db8:0:1::1", 0)).toBe(0);
});

it.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:DB8::1", "2001:db8:0:0::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
])("%s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
