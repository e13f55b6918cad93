import { expect, it } from "vitest";
import { lastLine, summarise, type TestReport } from "./test-report.ts";

const file = (name: string, status: string, ...statuses: string[]): TestReport["testResults"][number] => ({
  name,
  status,
  startTime: 1_000,
  endTime: 1_500,
  assertionResults: statuses.map((each) => ({ status: each })),
});

it("counts tests over all files, and everything that did not run as skipped", () => {
  const report = {
    testResults: [file("a", "failed", "passed", "failed"), file("b", "passed", "passed", "pending", "todo")],
  };
  expect(summarise("unit", report, 2)).toMatchObject({ passed: 2, failed: 1, skipped: 2 });
});

it("counts a file that did not load as a failure", () => {
  expect(summarise("unit", { testResults: [file("broken", "failed")] }, 1)).toMatchObject({ passed: 0, failed: 1 });
});

it("ends with passed and failed, and nothing else", () => {
  const result = (skipped: number) => ({ suite: "unit", passed: 3, failed: 1, skipped, seconds: 1, slowest: null });
  expect(lastLine([result(0), result(2)])).toBe("6 passed, 2 failed");
});
