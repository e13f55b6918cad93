import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, it } from "vitest";
import { silentLog } from "../packages/server/src/kernel/log.ts";
import { openProvider, providerTypes } from "../packages/server/src/providers/registry.ts";
import { linesMatching, ROOT, sourceFiles } from "./source-files.ts";

const CODE_FOLDERS = ["packages", "e2e", "bench", "tools", "vitest.config.ts"];
const MAX_LINES = 400;
const code = sourceFiles(CODE_FOLDERS, [".ts", ".tsx"]);
/** How many ids each chapter of docs/capabilities.md has. */
const CAPABILITIES = {
  A: 9,
  B: 11,
  C: 10,
  D: 10,
  E: 5,
  F: 10,
  G: 8,
  H: 3,
  I: 8,
  J: 5,
  K: 5,
  L: 9,
  M: 6,
  N: 5,
  O: 1,
  P: 2,
  Q: 8,
};
/** Roles whose contract is not named after them. */
const CONTRACT_OF: Readonly<Record<string, string>> = { vms: "vmHostContract", volumes: "volumeHostContract" };
const STATUS = /: (?:works|partly|untested on real hardware|not yet)$/;
const self = "tools/conventions.test.ts";
const isTest = (path: string) => /\.(?:test|e2e)\.ts$/.test(path);

it("has no file above 400 lines but those listed with a reason", () => {
  const reasons: Record<string, string> = JSON.parse(readFileSync(join(ROOT, "tools/long-files.json"), "utf8"));
  const long = code.filter((file) => file.text.split("\n").length > MAX_LINES + 1).map((file) => file.path);
  expect(long.filter((path) => !reasons[path])).toEqual([]);
});

it("reads the environment in config files only", () => {
  // What starts whole programs (e2e, bench) hands its environment on to them.
  const others = code.filter(
    ({ path }) =>
      !/(?:^|[/.-])(?:config|env)\.ts$/.test(path) &&
      !/^(?:e2e|bench)\//.test(path) &&
      path !== "vitest.config.ts" &&
      path !== self,
  );
  expect(linesMatching(others, /\bprocess\.env\b/)).toEqual([]);
});

it("has no default exports but where a tool demands one", () => {
  const others = code.filter(
    ({ path }) => !["vitest.config.ts", "vite.config.ts", "vitest-global.ts"].includes(basename(path)),
  );
  expect(linesMatching(others, /^export default\b/)).toEqual([]);
});

it("skips no test without saying why beside it", () => {
  const silent = code
    .filter(({ path }) => isTest(path) && path !== self)
    .flatMap(({ path, text }) => {
      const lines = text.split("\n");
      return lines.flatMap((line, i) => {
        const isSkip = /\b(?:it|test|describe)(?:\.\w+)*\.(?:skip|skipIf|todo|only)\b/.test(line);
        // A reason is a comment, or a test beside it that passes with the reason as its name.
        const around = lines.slice(Math.max(0, i - 2), i + 1).join("\n");
        return isSkip && !/\/\/|not tried/.test(around) ? [`${path}:${i + 1}`] : [];
      });
    });
  expect(silent).toEqual([]);
});

it("exercises every workflow: repeated, failed and crashed at each step", () => {
  const workflows = code
    .filter(({ path }) => !isTest(path) && !path.includes("/kernel/workflow/"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/export const (\w+)(?::[^=]+)? = workflow(?:<[^(]*>)?\(/g)].map((match) => ({
        path,
        name: match[1] ?? "",
      })),
    );
  const tests = code.filter(({ path }) => isTest(path)).map(({ text }) => text);
  const isExercised = (name: string) =>
    tests.some((text) => new RegExp(`exerciseWorkflow\\(\\s*${name}\\b`).test(text));
  expect(workflows.filter(({ name }) => !isExercised(name)).map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
});

it("holds every provider to the contract of each role that it has", () => {
  const outside = { dial: () => Promise.reject(new Error("nothing is dialled here")), log: silentLog };
  const settings: Record<string, unknown> = {
    redfish: { endpoint: "https://10.77.0.101", username: "admin", password: "none" },
    libvirt: {},
    memory: { socket: "/run/lab.sock", host: "sim1" },
  };
  const untested = Object.keys(providerTypes).flatMap((type) => {
    const tests = code
      .filter(({ path }) => path.startsWith(`packages/server/src/providers/${type}/`) && isTest(path))
      .map(({ text }) => text)
      .join("\n");
    const roles = Object.entries(openProvider(type, settings[type], outside)).flatMap(([role, methods]) =>
      typeof methods === "object" && methods !== null ? [role] : [],
    );
    expect(roles.length, type).toBeGreaterThan(0);
    return roles
      .filter((role) => !tests.includes(`${CONTRACT_OF[role] ?? `${role}Contract`}(`))
      .map((role) => `${type}: ${role}`);
  });
  expect(untested).toEqual([]);
});

it("asks every route of the contract as every kind of caller", () => {
  const test = code.find(({ path }) => path.endsWith("/identity/authorization.db.test.ts"))?.text ?? "";
  expect(test).toContain("Object.entries(contract as Contract)");
});

it("names only tests that exist in docs/capabilities.md, and a test for all that is there", () => {
  const rows = readFileSync(join(ROOT, "docs/capabilities.md"), "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((cells) => /^[A-Z]\d+\+?$/.test(cells[1] ?? ""));
  expect(rows.map(([, id = ""]) => id.replace("+", ""))).toEqual(
    Object.entries(CAPABILITIES).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
    ),
  );
  expect(rows.map(([, id, , status = ""]) => `${id}: ${status}`).filter((row) => !STATUS.test(row))).toEqual([]);
  const problems = rows.flatMap(([, id = "", , status = "", tests = "", page = ""]) => {
    const named = [...tests.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
    const pages = [...page.matchAll(/\(([^)#]+)[^)]*\)/g)].map((match) => join("docs", match[1] ?? ""));
    const missing = [...named, ...pages]
      .filter((path) => sourceFiles([path], [""]).length === 0)
      .map((path) => `${id}: no ${path}`);
    return status !== "not yet" && named.length === 0 ? [`${id}: ${status}, but no test named`, ...missing] : missing;
  });
  expect(problems).toEqual([]);
});

it("names no place where it was made, and no registry's host", () => {
  const written = sourceFiles(
    ["."],
    [".ts", ".tsx", ".css", ".md", ".json", ".sh", ".yaml", ".yml", ".sql", "berth", ".ci/run"],
  ).filter(({ path }) => path !== "package-lock.json" && path !== self);
  const forbidden = /\/work\/|helper session|registry\.npmjs|npmjs\.org|proxy\.golang|pypi\.org/;
  expect(linesMatching(written, forbidden)).toEqual([]);
});

it("has no file that only exports what others hold", () => {
  const barrels = code.filter(
    ({ path, text }) => basename(path) === "index.ts" && dirname(path) !== "." && /^export \* from/m.test(text),
  );
  expect(barrels.map(({ path }) => path)).toEqual([]);
});

it("gives a reason for every npm dependency in docs/guide/dependencies.md", () => {
  const page = readFileSync(join(ROOT, "docs/guide/dependencies.md"), "utf8");
  const manifests = [
    "package.json",
    ...readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}/package.json`),
  ];
  const unexplained = manifests.flatMap((path) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(ROOT, path), "utf8"));
    return Object.keys({ ...dependencies, ...devDependencies })
      .filter((name) => !name.startsWith("@berth/") && !page.includes(`\`${name}\``))
      .map((name) => `${path}: ${name}`);
  });
  expect(unexplained).toEqual([]);
});

it("has no page with a link to a file that is not there", () => {
  const broken = sourceFiles(["README.md", "CONTRIBUTING.md", "docs"], [".md"])
    .filter(({ path }) => path !== "docs/schema.md")
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map((match) => match[1] ?? "")
        .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(ROOT, dirname(path), link)))
        .map((link) => `${path}: ${link}`),
    );
  expect(broken).toEqual([]);
});
