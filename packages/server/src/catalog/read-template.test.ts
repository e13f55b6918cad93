import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTemplate } from "./read-template.ts";

const FOLDER = join(import.meta.dirname, "../../../../templates");
const SHIPPED = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

/** Valid; the cases below break one thing of it each. Line numbers count from its first line. */
const GOOD = `apiVersion: berth/v1
kind: ServiceTemplate
metadata:
  name: shop
  title: A shop
spec:
  networks: [lan, storage]
  groups:
    - name: db
      kind: physical
      cores: 2
      memory: 2GiB
      image: debian-12
      hostname: db#
      disks:
        - { name: system, size: 6GiB, role: boot }
      nics:
        - { network: lan, primary: true }
        - { network: storage }
    - name: app
      kind: virtual
      count: 2
      memory: 512MiB
      cores: 1
      image: debian-12@3
      hostname: app#
      disks:
        - { name: system, size: 4GiB, role: boot }
      nics:
        - { network: lan }
  costs:
    - { name: care, perDay: "1.50" }
  hooks:
    - name: install
      at: after-create
      group: app
      run:
        script: |
          true
      env: { MODE: fast }
`;

const change = (from: string, to: string) => {
  if (!GOOD.includes(from)) throw new Error(`the good template has no ${from}`);
  return GOOD.replace(from, to);
};
const drop = (line: string) => change(`${line}\n`, "");

/** What was done to it, the document, and the code, field and line of the problem that must be reported. */
const BAD: readonly [string, string, { code: string; field: string; line: number }][] = [
  ["nothing at all", "", { code: "empty", field: "", line: 1 }],
  ["only a comment", "# nothing\n", { code: "empty", field: "", line: 1 }],
  ["two documents", `${GOOD}---\n${GOOD}`, { code: "several_documents", field: "", line: 1 }],
  ["no YAML", change("metadata:", "metadata: ]"), { code: "yaml_syntax", field: "", line: 3 }],
  ["a tab for indentation", change("  title: A shop", "\ttitle: A shop"), { code: "yaml_syntax", field: "", line: 5 }],
  ["a key twice", change("  name: shop", "  name: shop\n  name: shop"), { code: "duplicate_key", field: "", line: 5 }],
  ["a tag of its own", change("A shop", "!shop A shop"), { code: "yaml_syntax", field: "", line: 5 }],
  ["text instead of fields", "shop\n", { code: "wrong_type", field: "", line: 1 }],
  ["another version", change("berth/v1", "berth/v2"), { code: "not_allowed", field: "apiVersion", line: 1 }],
  ["another kind", change("ServiceTemplate", "Service"), { code: "not_allowed", field: "kind", line: 2 }],
  ["no name", drop("  name: shop"), { code: "required", field: "metadata.name", line: 3 }],
  ["a name in capitals", change("name: shop", "name: Shop"), { code: "bad_format", field: "metadata.name", line: 4 }],
  [
    "an unknown field",
    change("title: A shop", "title: A shop\n  owner: me"),
    { code: "unknown_field", field: "metadata.owner", line: 6 },
  ],
  ["an empty title", change("A shop", '""'), { code: "too_small", field: "metadata.title", line: 5 }],
  ["a number as title", change("A shop", "12"), { code: "wrong_type", field: "metadata.title", line: 5 }],
  ["a missing spec", GOOD.slice(0, GOOD.indexOf("spec:")), { code: "required", field: "spec", line: 1 }],
  [
    "no groups",
    change(GOOD.slice(GOOD.indexOf("  groups:"), GOOD.indexOf("  costs:")), "  groups: []\n"),
    { code: "too_small", field: "spec.groups", line: 8 },
  ],
  [
    "an unknown kind of group",
    change("kind: physical", "kind: metal"),
    { code: "not_allowed", field: "spec.groups[0].kind", line: 10 },
  ],
  ["no cores", change("cores: 2", "cores: 0"), { code: "too_small", field: "spec.groups[0].cores", line: 11 }],
  ["half a core", change("cores: 2", "cores: 1.5"), { code: "wrong_type", field: "spec.groups[0].cores", line: 11 }],
  ["cores in words", change("cores: 2", "cores: two"), { code: "wrong_type", field: "spec.groups[0].cores", line: 11 }],
  [
    "memory in GB",
    change("memory: 2GiB", "memory: 2GB"),
    { code: "bad_format", field: "spec.groups[0].memory", line: 12 },
  ],
  [
    "memory without a unit",
    change("memory: 2GiB", "memory: 2048"),
    { code: "wrong_type", field: "spec.groups[0].memory", line: 12 },
  ],
  [
    "an image with a path",
    change("image: debian-12\n", "image: ../debian\n"),
    { code: "bad_format", field: "spec.groups[0].image", line: 13 },
  ],
  [
    "an image at version 0",
    change("debian-12@3", "debian-12@0"),
    { code: "bad_format", field: "spec.groups[1].image", line: 25 },
  ],
  [
    "a hostname without #",
    change("hostname: db#", "hostname: db"),
    { code: "bad_format", field: "spec.groups[0].hostname", line: 14 },
  ],
  [
    "a hostname that # would make a comment of",
    change("hostname: db#", "hostname: db #"),
    { code: "bad_format", field: "spec.groups[0].hostname", line: 14 },
  ],
  [
    "a hostname with two #",
    change("hostname: db#", "hostname: db##"),
    { code: "bad_format", field: "spec.groups[0].hostname", line: 14 },
  ],
  [
    "a hostname with a dot",
    change("hostname: db#", "hostname: db.#"),
    { code: "bad_format", field: "spec.groups[0].hostname", line: 14 },
  ],
  [
    "the same hostname twice",
    change("hostname: app#", "hostname: db#"),
    { code: "duplicate", field: "spec.groups[1].hostname", line: 26 },
  ],
  [
    "the same group twice",
    change("name: app", "name: db"),
    { code: "duplicate", field: "spec.groups[1].name", line: 20 },
  ],
  [
    "201 servers in a group",
    change("count: 2", "count: 201"),
    { code: "too_big", field: "spec.groups[1].count", line: 22 },
  ],
  [
    "no disk",
    change("        - { name: system, size: 6GiB, role: boot }\n", ""),
    { code: "wrong_type", field: "spec.groups[0].disks", line: 15 },
  ],
  [
    "no boot disk",
    change("size: 6GiB, role: boot", "size: 6GiB"),
    { code: "boot_disks", field: "spec.groups[0].disks", line: 15 },
  ],
  [
    "two boot disks",
    change("role: boot }", "role: boot }\n        - { name: more, size: 6GiB, role: boot }"),
    { code: "boot_disks", field: "spec.groups[0].disks", line: 15 },
  ],
  [
    "a boot disk too small",
    change("size: 6GiB", "size: 512MiB"),
    { code: "boot_disk_small", field: "spec.groups[0].disks[0].size", line: 16 },
  ],
  [
    "a disk without a size",
    change("size: 6GiB, ", ""),
    { code: "required", field: "spec.groups[0].disks[0].size", line: 16 },
  ],
  [
    "the same disk twice",
    change("role: boot }", "role: boot }\n        - { name: system, size: 6GiB }"),
    { code: "duplicate", field: "spec.groups[0].disks[1].name", line: 17 },
  ],
  [
    "a shared disk on a machine",
    change("role: boot }", "role: boot }\n        - { name: data, size: 6GiB, role: shared }"),
    { code: "shared_physical", field: "spec.groups[0].disks", line: 15 },
  ],
  [
    "no primary NIC of two",
    change(", primary: true", ""),
    { code: "primary_nics", field: "spec.groups[0].nics", line: 17 },
  ],
  [
    "two primary NICs",
    change("network: storage }", "network: storage, primary: true }"),
    { code: "primary_nics", field: "spec.groups[0].nics", line: 17 },
  ],
  [
    "the same network twice",
    change("- { network: storage }", "- { network: lan }"),
    { code: "duplicate", field: "spec.groups[0].nics[1].network", line: 19 },
  ],
  [
    "a network that is not declared",
    change("- { network: storage }", "- { network: backup }"),
    { code: "network_undeclared", field: "spec.groups[0].nics[1].network", line: 19 },
  ],
  [
    "a declared network that nobody uses",
    change("[lan, storage]", "[lan, storage, spare]"),
    { code: "network_unused", field: "spec.networks[2]", line: 7 },
  ],
  [
    "static without an address",
    change("- { network: storage }", "- { network: storage, mode: static }"),
    { code: "address_missing", field: "spec.groups[0].nics[1]", line: 19 },
  ],
  [
    "an address that is not static",
    change("- { network: storage }", "- { network: storage, address: 10.0.0.5 }"),
    { code: "address_unused", field: "spec.groups[0].nics[1].address", line: 19 },
  ],
  [
    "an address that is none",
    change("- { network: storage }", "- { network: storage, mode: static, address: 10.0.0.500 }"),
    { code: "bad_format", field: "spec.groups[0].nics[1].address", line: 19 },
  ],
  [
    "one static address for two servers",
    change("- { network: lan }\n  costs", "- { network: lan, mode: static, address: 10.0.0.5 }\n  costs"),
    { code: "static_group", field: "spec.groups[1].count", line: 22 },
  ],
  [
    "an unknown address mode",
    change("- { network: storage }", "- { network: storage, mode: bootp }"),
    { code: "not_allowed", field: "spec.groups[0].nics[1].mode", line: 19 },
  ],
  [
    "a goal for machines",
    change("kind: physical", "kind: physical\n      goal: spread"),
    { code: "goal_physical", field: "spec.groups[0].goal", line: 11 },
  ],
  [
    "an unknown firmware",
    change("kind: physical", "kind: physical\n      firmware: efi"),
    { code: "not_allowed", field: "spec.groups[0].firmware", line: 11 },
  ],
  ["a cost in words", change('"1.50"', "cheap"), { code: "bad_format", field: "spec.costs[0].perDay", line: 32 }],
  ["a cost as a float", change('"1.50"', "1.5"), { code: "wrong_type", field: "spec.costs[0].perDay", line: 32 }],
  ["a cost below nothing", change('"1.50"', '"-1"'), { code: "bad_format", field: "spec.costs[0].perDay", line: 32 }],
  [
    "an unknown moment",
    change("at: after-create", "at: create"),
    { code: "not_allowed", field: "spec.hooks[0].at", line: 35 },
  ],
  [
    "a hook for a group that is not there",
    change("group: app", "group: web"),
    { code: "unknown_group", field: "spec.hooks[0].group", line: 36 },
  ],
  [
    "a script before there are servers",
    change("at: after-create", "at: before-create"),
    { code: "no_server", field: "spec.hooks[0].at", line: 35 },
  ],
  [
    "a hook that takes a day",
    change("      env:", "      timeout: 90000s\n      env:"),
    { code: "timeout_long", field: "spec.hooks[0].timeout", line: 40 },
  ],
  [
    "a timeout in hours",
    change("      env:", "      timeout: 1h\n      env:"),
    { code: "bad_format", field: "spec.hooks[0].timeout", line: 40 },
  ],
  [
    "a variable of ours",
    change("MODE: fast", "BERTH_MODE: fast"),
    { code: "reserved_env", field: "spec.hooks[0].env.BERTH_MODE", line: 40 },
  ],
  [
    "a variable of the loader",
    change("MODE: fast", "LD_PRELOAD: x"),
    { code: "reserved_env", field: "spec.hooks[0].env.LD_PRELOAD", line: 40 },
  ],
  [
    "a variable with a hyphen",
    change("MODE: fast", "MO-DE: fast"),
    { code: "invalid_key", field: "spec.hooks[0].env.MO-DE", line: 40 },
  ],
  [
    "a call of a file",
    change("script: |\n          true", "http: { url: 'file:///etc/passwd' }"),
    { code: "bad_format", field: "spec.hooks[0].run.http.url", line: 38 },
  ],
  [
    "a password in a URL",
    change("script: |\n          true", "http: { url: 'http://me:secret@host/' }"),
    { code: "bad_format", field: "spec.hooks[0].run.http.url", line: 38 },
  ],
];

describe("readTemplate", () => {
  it.each(SHIPPED)("reads the shipped %s", (name) => {
    const read = readTemplate(readFileSync(join(FOLDER, name), "utf8"));
    expect("problems" in read ? read.problems : []).toEqual([]);
    expect(read).toMatchObject({
      template: { name: name.replace(".yaml", ""), notes: expect.stringContaining("Sizing:") },
    });
  });

  it("turns units into numbers and fills in what may be left out", () => {
    const read = readTemplate(GOOD);
    if ("problems" in read) throw new Error(JSON.stringify(read.problems));
    expect(read.template).toMatchObject({
      networks: ["lan", "storage"],
      groups: [
        {
          name: "db",
          count: 1,
          memoryMiB: 2048,
          firmware: null,
          nics: [{ primary: true, mode: "automatic" }, { primary: false }],
        },
        { name: "app", count: 2, memoryMiB: 512, goal: null, nics: [{ network: "lan", primary: true, address: null }] },
      ],
      hooks: [{ name: "install", timeoutSeconds: 300, run: { kind: "script" }, env: { MODE: "fast" } }],
    });
  });

  it.each(BAD)("names field and line of %s", (_, yaml, wanted) => {
    const read = readTemplate(yaml);
    const problems = "problems" in read ? read.problems : [];
    expect(problems.map(({ code, field, line }) => ({ code, field, line }))).toContainEqual(wanted);
    for (const problem of problems) expect(problem.message).toMatch(/\S/);
  });

  it("says everything that is wrong at once, from top to bottom", () => {
    const read = readTemplate(
      change("kind: physical", "kind: metal")
        .replace("memory: 512MiB", "memory: some")
        .replace("name: shop", "name: SHOP"),
    );
    const lines = "problems" in read ? read.problems.map((problem) => problem.line) : [];
    expect(lines).toEqual([4, 10, 23]);
  });

  it.each([
    ["too large", `# ${"x".repeat(300_000)}\n${GOOD}`, "too_large"],
    ["nested too deeply", `a: ${"[".repeat(40)}${"]".repeat(40)}`, "too_deep"],
    ["many aliases", `a: &a x\nb: [${"*a, ".repeat(150)}]`, "too_many_aliases"],
    [
      "a billion laughs",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((c, i) => `${c}: &${c} [${`*${"abcdefgh"[i]},`.repeat(9)}]`).join("\n")}`,
      "too_many_aliases",
    ],
    ["a custom tag", "a: !!js/function 'x'", "yaml_syntax"],
  ])("refuses what is %s before unfolding it", (_, yaml, code) => {
    const read = readTemplate(yaml);
    expect("problems" in read ? read.problems.map((problem) => problem.code) : []).toContain(code);
  });
});
