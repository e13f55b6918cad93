import { describe, expect, it } from "vitest";
import { AppError } from "../kernel/errors.ts";
import { silentLog } from "../kernel/log.ts";
import { openProvider, providerTypes, readSettings, redactSettings, secretFields } from "./registry.ts";
import { joinSecrets, splitSecrets } from "./settings-secrets.ts";

const noDial = () => Promise.reject(new Error("nothing is dialled here"));
const outside = { dial: noDial, log: silentLog };
const bmc = { endpoint: "https://10.77.0.101", username: "admin", password: "bmc-canary-1" };

describe("providers by type", () => {
  it("opens each type by its settings", () => {
    const settings: Record<string, unknown> = {
      redfish: bmc,
      libvirt: {},
      memory: { socket: "/run/lab.sock", host: "sim1" },
    };
    for (const type of Object.keys(providerTypes)) expect(openProvider(type, settings[type], outside).type).toBe(type);
  });

  it.each(["zvm", "", "__proto__", "constructor"])("refuses the type %j", (type) => {
    expect(() => openProvider(type, {}, outside)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  it("names the settings that are wrong, and never their values", () => {
    const attempt = () => readSettings("redfish", { ...bmc, endpoint: "http://10.77.0.101", extra: 1 });
    expect(attempt).toThrow(AppError);
    try {
      attempt();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.fields.map(({ field }) => field)).toEqual(expect.arrayContaining(["settings.endpoint", "settings"]));
      expect(JSON.stringify([error.message, error.fields])).not.toContain(bmc.password);
    }
  });
});

describe("secrets in settings", () => {
  it("finds those that are marked, nested ones too", () => {
    expect(secretFields("redfish")).toEqual([["password"]]);
    expect(secretFields("libvirt")).toEqual([
      ["tls", "key"],
      ["ssh", "privateKey"],
    ]);
    expect(secretFields("memory")).toEqual([]);
  });

  it("takes them out and puts them back", () => {
    const ssh = { username: "berth", privateKey: "ssh-canary-2", hostKey: "ssh-ed25519 AAAA" };
    const whole = readSettings("libvirt", { transport: "ssh", host: "10.0.0.1", ssh });
    const { open, secrets } = splitSecrets(whole, secretFields("libvirt"));
    expect(secrets).toEqual({ "ssh.privateKey": "ssh-canary-2" });
    expect(JSON.stringify(open)).not.toContain("canary");
    expect(joinSecrets(open, secrets, secretFields("libvirt"))).toEqual(whole);
    expect(JSON.stringify(redactSettings("redfish", readSettings("redfish", bmc)))).not.toContain("canary");
  });

  it("never lets a name of a field reach the prototype", () => {
    expect(splitSecrets({ constructor: "x" }, [["constructor", "name"]]).secrets).toEqual({});
  });
});
