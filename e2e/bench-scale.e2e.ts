import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");

it("bench scale deploys every server it counts, and ends with one object for machines", async () => {
  const bench = [join(ROOT, "bench/scale.ts"), "--sizes", "10", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, bench, { cwd: ROOT, timeout: 480_000 });
  const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(last).toMatchObject({ name: "scale", ratio: 1, goal: 1.2, ok: true, measured: [{ servers: 10 }] });
  expect(Object.keys(last.measured[0].stepSeconds)).toContain("install");
});
