import { expect, it } from "vitest";
import { judge, type MachineFacts } from "./preflight-rules.ts";

const good: MachineFacts = {
  platform: "linux",
  arch: "x64",
  kernel: "6.1.0-18-amd64",
  totalMemoryMiB: 16_384,
  availableMemoryMiB: 12_000,
  stateDir: "/var/tmp/berth",
  freeDiskMiB: 50_000,
  listen: "127.0.0.1:7770",
  listenHeldBy: "nobody",
  hasKvm: true,
  isRoot: false,
  hasSudo: true,
  missingPackages: [],
  hasApt: true,
  proxy: null,
  noProxy: "",
};

it("has nothing to say about a good machine", () => {
  expect(judge(good).filter((finding) => finding.level !== "ok")).toEqual([]);
});

it.each<[string, Partial<MachineFacts>, "warn" | "fail"]>([
  ["system", { platform: "darwin" }, "fail"],
  ["system", { arch: "arm64" }, "warn"],
  ["system", { arch: "riscv64" }, "fail"],
  ["system", { kernel: "4.4.0-19041-Microsoft" }, "fail"],
  ["system", { kernel: "5.15.90.1-microsoft-standard-WSL2" }, "warn"],
  ["memory", { availableMemoryMiB: 3_000 }, "warn"],
  ["memory", { availableMemoryMiB: 500 }, "fail"],
  ["disk", { freeDiskMiB: 5_000 }, "warn"],
  ["disk", { freeDiskMiB: 100 }, "fail"],
  ["address", { listenHeldBy: "other" }, "fail"],
  ["root", { hasSudo: false }, "warn"],
  ["packages", { missingPackages: ["ovmf"] }, "warn"],
  ["packages", { missingPackages: null }, "warn"],
  ["virtualisation", { hasKvm: false }, "warn"],
  ["proxy", { proxy: "http://proxy:3128" }, "warn"],
])("%s: %o is a %s, with advice", (name, change, level) => {
  const found = judge({ ...good, ...change }).filter((finding) => finding.level !== "ok");
  expect(found).toEqual([expect.objectContaining({ name, level, advice: expect.any(String) })]);
});

it("accepts a proxy that leaves this computer alone, and an address that Berth itself holds", () => {
  const findings = judge({
    ...good,
    proxy: "http://proxy:3128",
    noProxy: "example.com,127.0.0.1",
    listenHeldBy: "berth",
  });
  expect(findings.every((finding) => finding.level === "ok")).toBe(true);
});
