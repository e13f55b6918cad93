import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./check-run.ts";
import { config } from "./config.ts";
import { inRoot, ROOT, toolScript } from "./paths.ts";
import { runHere } from "./run.ts";
import { lastLine, type SuiteResult, summarise, TestReport, timesTable } from "./test-report.ts";

/** In this order: what is quick says first that something is broken. */
const SUITES = ["unit", "db", "e2e", "qemu"] as const;

interface TestOptions {
  /** Only files whose path contains one of these. */
  readonly paths: readonly string[];
  /** Every case, not just those chosen for a run of CI. */
  readonly all: boolean;
}

/** Runs all suites, prints times, and ends with `N passed, N failed`. Returns the exit code. */
export async function runTests(options: TestOptions): Promise<number> {
  // Of a part, the tests are asked for; of the whole, that it is in order too.
  const results: SuiteResult[] = options.paths.length === 0 ? [await runCheckSuite()] : [];
  for (const suite of SUITES) results.push(await runSuite(suite, options));
  console.log(`\n${timesTable(results, ROOT)}\n`);
  console.log(lastLine(results));
  const wrong = results.some((result) => result.failed > 0);
  const nothing = results.every((result) => result.passed + result.failed + result.skipped === 0);
  if (nothing) console.error("berth: no test matches");
  return wrong || nothing ? 1 : 0;
}

/** Types, style, what leans on what, unused code, generated files and conventions: each counts as one test. */
async function runCheckSuite(): Promise<SuiteResult> {
  const startedAt = performance.now();
  const results = await runChecks();
  const passed = results.filter(({ ok }) => ok).length;
  const [slowest = null] = results
    .map(({ name, seconds }) => ({ file: name, seconds }))
    .toSorted((a, b) => b.seconds - a.seconds);
  const seconds = (performance.now() - startedAt) / 1000;
  return { suite: "check", passed, failed: results.length - passed, skipped: 0, seconds, slowest };
}

async function runSuite(suite: string, options: TestOptions): Promise<SuiteResult> {
  const reportFile = join(tmpdir(), `berth-test-${process.pid}-${suite}.json`);
  const args = [
    "run",
    "--project",
    suite,
    "--passWithNoTests",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
  ];
  const startedAt = performance.now();
  const exitCode = await runHere(process.execPath, [toolScript("vitest/vitest.mjs"), ...args, ...options.paths], {
    cwd: inRoot(),
    env: testEnvironment(options.all),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const result = summarise(suite, await readReport(reportFile), seconds);
  // A run may fail outside any test: an unhandled rejection, or a global set-up that threw.
  return exitCode !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

async function readReport(file: string): Promise<TestReport> {
  try {
    return TestReport.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return { testResults: [] };
  } finally {
    await rm(file, { force: true });
  }
}

/** Tests must not see the caller's Berth: not its database, its state, or its token. */
function testEnvironment(all: boolean): NodeJS.ProcessEnv {
  const clean = Object.entries(config.environment).filter(([key]) => !key.startsWith("BERTH_"));
  return { ...Object.fromEntries(clean), ...(all ? { TEST_ALL: "1" } : {}) };
}
