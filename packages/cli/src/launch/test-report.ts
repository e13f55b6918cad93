import { z } from "zod";

/** What we read of vitest's JSON report, which has the shape of Jest's. */
export const TestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["passed", "failed"]).or(z.string()),
      startTime: z.number().default(0),
      endTime: z.number().default(0),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});
export type TestReport = z.infer<typeof TestReport>;

export interface SuiteResult {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  readonly slowest: { readonly file: string; readonly seconds: number } | null;
}

/** Counts tests. A file that failed without a failed test (it did not load, or a hook threw) counts as one failure. */
export function summarise(suite: string, report: TestReport, seconds: number): SuiteResult {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  let slowest: SuiteResult["slowest"] = null;
  for (const file of report.testResults) {
    const statuses = file.assertionResults.map((result) => result.status);
    const failures = statuses.filter((status) => status === "failed").length;
    passed += statuses.filter((status) => status === "passed").length;
    skipped += statuses.filter((status) => status !== "passed" && status !== "failed").length;
    failed += failures === 0 && file.status === "failed" ? 1 : failures;
    const fileSeconds = (file.endTime - file.startTime) / 1000;
    if (slowest === null || fileSeconds > slowest.seconds) slowest = { file: file.name, seconds: fileSeconds };
  }
  return { suite, passed, failed, skipped, seconds, slowest };
}

/** The last line of every test run, which CI reads: exactly this. What was skipped stands in the table above it. */
export function lastLine(results: readonly SuiteResult[]): string {
  const sum = (pick: (result: SuiteResult) => number) => results.reduce((total, result) => total + pick(result), 0);
  return `${sum((result) => result.passed)} passed, ${sum((result) => result.failed)} failed`;
}

export function timesTable(results: readonly SuiteResult[], root: string): string {
  const rows = results.map((result) => [
    result.suite,
    String(result.passed),
    String(result.failed),
    String(result.skipped),
    result.seconds.toFixed(1),
    result.slowest === null
      ? ""
      : `${result.slowest.file.replace(`${root}/`, "")} (${result.slowest.seconds.toFixed(1)} s)`,
  ]);
  return alignColumns([["suite", "passed", "failed", "skipped", "seconds", "slowest file"], ...rows]);
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), []);
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
