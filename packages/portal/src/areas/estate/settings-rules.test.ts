import { describe, expect, it } from "vitest";
import { initialSettings, settingsOf, settingsToSend, shownSettings } from "./settings-rules.ts";

/** As `GET /v1/providers` answers for redfish and libvirt, shortened. */
const redfish = settingsOf({
  type: "object",
  properties: {
    endpoint: { type: "string", maxLength: 300, description: "address of the management controller" },
    password: { type: "string", maxLength: 500, writeOnly: true },
    tls: {
      default: { mode: "verify" },
      oneOf: [
        { type: "object", properties: { mode: { const: "verify" }, ca: { type: "string", maxLength: 100_000 } } },
        { type: "object", properties: { mode: { const: "pin" }, sha256: { type: "string" } }, required: ["sha256"] },
        { type: "object", properties: { mode: { const: "insecure" } } },
      ],
    },
  },
  required: ["endpoint", "password"],
});
const libvirt = settingsOf({
  properties: {
    transport: { type: "string", enum: ["unix", "tls"], default: "unix" },
    port: { type: "integer" },
    ssh: { type: "object", properties: { username: { type: "string" } }, required: ["username"] },
  },
});

describe("a form from the settings' schema", () => {
  it("has a field for each setting, and knows secrets, long texts and variants", () => {
    expect(redfish.map(({ name, isRequired }) => [name, isRequired])).toEqual([
      ["endpoint", true],
      ["password", true],
      ["tls", false],
    ]);
    expect(redfish[1]?.field).toEqual({ kind: "text", isSecret: true, isLong: false });
    const tls = redfish[2]?.field;
    if (tls?.kind !== "variants") throw new Error("tls has variants");
    expect(Object.keys(tls.variants)).toEqual(["verify", "pin", "insecure"]);
    expect(tls.variants.verify?.[0]).toMatchObject({ name: "ca", field: { isLong: true } });
    expect(tls.variants.pin?.[0]).toMatchObject({ name: "sha256", isRequired: true });
  });

  it("begins with the defaults", () => {
    expect(initialSettings(redfish)).toEqual({ tls: { mode: "verify" } });
    expect(initialSettings(libvirt)).toEqual({ transport: "unix" });
  });

  it("sends what was filled in, numbers as numbers, and nothing of another variant", () => {
    const tls = { mode: "pin", sha256: "ab", ca: "left over" };
    expect(settingsToSend(redfish, { endpoint: "https://a", password: "", tls })).toEqual({
      endpoint: "https://a",
      tls: { mode: "pin", sha256: "ab" },
    });
    expect(settingsToSend(libvirt, { transport: "tls", port: "16514", ssh: {} })).toEqual({
      transport: "tls",
      port: 16_514,
    });
    expect(settingsToSend(libvirt, { port: "many" })).toEqual({ port: "many" });
  });
});

it("settings are shown as terms and values, the nested ones last", () => {
  const shown = shownSettings({ tls: { mode: "pin" }, endpoint: "https://a", port: 1, ca: "x".repeat(300) });
  expect(shown.map(([term]) => term)).toEqual(["endpoint", "port", "ca", "tls.mode"]);
  expect(shown[2]?.[1]).toHaveLength(201);
});
