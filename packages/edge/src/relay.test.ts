import { describe, expect, it } from "vitest";
import { isBootPath } from "./boot-proxy.ts";
import { readTarget } from "./relay.ts";

describe("the relay", () => {
  it.each([
    ["10.77.0.11:443", { host: "10.77.0.11", port: 443 }],
    ["[fd00::5]:22", { host: "fd00::5", port: 22 }],
  ])("goes to %s", (authority, target) => expect(readTarget(authority)).toEqual(target));

  it.each([
    "127.0.0.1:22",
    "[::1]:22",
    "[::ffff:127.0.0.1]:22",
    "0.0.0.0:22",
    "169.254.169.254:80",
    "224.0.0.1:80",
    "localhost:22",
    "10.0.0.1",
    "10.0.0.1:0",
    "10.0.0.1:70000",
    "10.0.0.256:22",
    "fd00::5:22",
    "",
  ])("refuses %s", (authority) => expect(readTarget(authority)).toHaveProperty("refused"));
});

describe("the boot proxy", () => {
  it.each(["/boot/ipxe", "/boot/ipxe?mac=52:54:00:00:00:01&uuid=x", "/boot/agent/hello", "/boot/files/vmlinuz"])(
    "passes %s",
    (url) => expect(isBootPath(url)).toBe(true),
  );

  it.each([
    "/",
    "/v1/users",
    "/boot/../v1/users",
    "/boot/%2e%2e/v1",
    "//boot/x",
    "/boot",
    "http://a/boot/ipxe",
    "/boot/a b",
    "/bootx/a",
  ])("keeps out %s", (url) => expect(isBootPath(url)).toBe(false));
});
