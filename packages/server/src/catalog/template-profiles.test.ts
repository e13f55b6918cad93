import { describe, expect, it } from "vitest";
import { readTemplate } from "./read-template.ts";

const KEY = `ssh-ed25519 ${"A".repeat(68)} amy`;

/** Two groups; `spec` comes before them, the others into the first or the second. */
const text = ({ spec = "", first = "", second = "", end = "" }) => `apiVersion: berth/v1
kind: ServiceTemplate
metadata: { name: shop, title: A shop }
spec:
${spec}  groups:
    - name: db
      kind: physical
${first}      image: debian-12
      hostname: db#
      disks: [{ name: system, size: 6GiB, role: boot }]
      nics: [{ network: lan }]
    - name: app
      kind: virtual
${second}      image: debian-12
      hostname: app#
      disks: [{ name: system, size: 4GiB, role: boot }]
      nics: [{ network: lan }]
${end}`;

const SIZE = "      cores: 1\n      memory: 1GiB\n";
const problemsOf = (yaml: string) => {
  const read = readTemplate(yaml);
  return "problems" in read ? read.problems.map(({ code, field, line }) => ({ code, field, line })) : [];
};

describe("CAP A6: profiles", () => {
  it("are filled in; what a group says itself wins", () => {
    const spec = `  hardwareProfiles: [{ name: big, cores: 8, memory: 16GiB, firmware: uefi }]
  osProfiles:
    - { name: house, locale: C.UTF-8, timeZone: Europe/Berlin, adminKeys: ["${KEY}"] }
`;
    const first = "      hardware: big\n      os: house\n";
    const read = readTemplate(text({ spec, first, second: "      hardware: big\n      cores: 4\n" }));
    if ("problems" in read) throw new Error(JSON.stringify(read.problems));
    expect(read.template.groups).toMatchObject([
      {
        cores: 8,
        memoryMiB: 16384,
        firmware: "uefi",
        os: { locale: "C.UTF-8", timeZone: "Europe/Berlin", adminKeys: [KEY] },
      },
      { cores: 4, memoryMiB: 16384, firmware: "uefi", os: null },
    ]);
  });

  const good = { first: SIZE, second: SIZE };
  it.each([
    ["cores left out", { ...good, first: "      memory: 1GiB\n" }, "required", "spec.groups[0].cores", 6],
    ["memory left out", { ...good, first: "      cores: 1\n" }, "required", "spec.groups[0].memory", 6],
    [
      "a hardware profile that is not there",
      { ...good, first: "      hardware: big\n" },
      "unknown_profile",
      "spec.groups[0].hardware",
      8,
    ],
    [
      "an OS profile that is not there",
      { ...good, first: `${SIZE}      os: house\n` },
      "unknown_profile",
      "spec.groups[0].os",
      10,
    ],
    [
      "a profile twice",
      { ...good, spec: "  osProfiles: [{ name: a }, { name: a }]\n" },
      "duplicate",
      "spec.osProfiles[1].name",
      5,
    ],
    [
      "a time zone that there is not",
      { ...good, spec: "  osProfiles: [{ name: a, timeZone: Europe/Atlantis }]\n" },
      "bad_format",
      "spec.osProfiles[0].timeZone",
      5,
    ],
    [
      "a key that is a private one",
      { ...good, spec: "  osProfiles: [{ name: a, adminKeys: [-----BEGIN] }]\n" },
      "bad_format",
      "spec.osProfiles[0].adminKeys[0]",
      5,
    ],
    [
      "a locale that is none",
      { ...good, spec: "  osProfiles: [{ name: a, locale: german }]\n" },
      "bad_format",
      "spec.osProfiles[0].locale",
      5,
    ],
    [
      "a CPU model, which nothing honours yet",
      { ...good, first: `${SIZE}      cpuModel: host\n` },
      "unknown_field",
      "spec.groups[0].cpuModel",
      10,
    ],
    ["a place of no node", { ...good, end: "layout: { db: { x: 1, y: 1 } }\n" }, "invalid_key", "layout.db", 22],
  ])("%s is refused with field and line", (_, parts, code, field, line) => {
    expect(problemsOf(text(parts))).toContainEqual({ code, field, line });
  });

  it("is not refused where nothing is wrong", () => {
    expect(problemsOf(text(good))).toEqual([]);
    expect(problemsOf(text({ ...good, end: 'layout: { "group:db": { x: -1, y: 1 } }\n' }))).toEqual([]);
  });
});
