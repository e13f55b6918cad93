import { expect, it } from "vitest";
import { readConfig, redactConfig } from "./config.ts";

it("has safe defaults", () => {
  const config = readConfig({ PATH: "/bin", XDG_STATE_HOME: "/s", XDG_CACHE_HOME: "/c" });
  expect(config).toMatchObject({ stateDir: "/s/berth", cacheDir: "/c/berth", databaseUrl: null, logLevel: "info" });
  expect(config.listen).toEqual({ host: "127.0.0.1", port: 7770 });
});

it("reads addresses of both families", () => {
  expect(readConfig({ BERTH_LISTEN: "[::1]:80" }).listen).toEqual({ host: "::1", port: 80 });
  expect(readConfig({ BERTH_LISTEN: "localhost:0" }).listen).toEqual({ host: "localhost", port: 0 });
});

it.each([
  [{ BERTH_LISTN: "127.0.0.1:80" }, "BERTH_LISTN: no such setting"],
  [{ BERTH_LISTEN: "80" }, "BERTH_LISTEN: must be an address and a port"],
  [{ BERTH_LISTEN: "127.0.0.1:70000" }, "BERTH_LISTEN: must be an address and a port"],
  [{ BERTH_LOG_LEVEL: "loud" }, "BERTH_LOG_LEVEL: "],
  [{ BERTH_STATE_DIR: "state" }, "BERTH_STATE_DIR: must be an absolute path"],
  [{ BERTH_DATABASE_URL: "mysql://x/y" }, "BERTH_DATABASE_URL: must be a URL such as"],
  [{ BERTH_CONTROLLER_ID: "a b" }, "BERTH_CONTROLLER_ID: letters"],
])("refuses %o by name", (env, message) => {
  expect(() => readConfig(env)).toThrow(message);
});

it("shows no password of the database", () => {
  const config = readConfig({ BERTH_DATABASE_URL: "postgres://u:hunter2@db:5432/berth" });
  expect(JSON.stringify(redactConfig(config))).not.toContain("hunter2");
});

it("knows where browsers reach it, and which proxies it believes", () => {
  const config = readConfig({
    BERTH_PUBLIC_URL: "https://berth.example.org/",
    BERTH_TRUSTED_PROXIES: "10.0.0.5, 2001:db8::/64",
  });
  expect(config.publicUrl).toBe("https://berth.example.org");
  expect(config.trustedProxies).toEqual(["10.0.0.5", "2001:db8::/64"]);
  expect(readConfig({})).toMatchObject({ publicUrl: null, trustedProxies: [] });
});

it.each([
  [{ BERTH_PUBLIC_URL: "berth.example.org" }, "BERTH_PUBLIC_URL: must be a URL"],
  [{ BERTH_PUBLIC_URL: "https://example.org/berth" }, "BERTH_PUBLIC_URL: must be an address without a path"],
  [{ BERTH_TRUSTED_PROXIES: "everybody" }, "BERTH_TRUSTED_PROXIES: must be addresses or networks"],
])("refuses %o by name too", (env, message) => {
  expect(() => readConfig(env)).toThrow(message);
});
