import type { Command } from "commander";
import { preflight } from "../setup/preflight.ts";

const MARK = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

export function register(program: Command): void {
  program
    .command("doctor")
    .description("look at this computer: what will work, what will not, and what to do about it")
    .option("--json", "answer in JSON")
    .addHelpText("after", "\nExample:\n  berth doctor")
    .action(async (options: { json?: boolean }) => {
      const findings = await preflight();
      process.exitCode = findings.some((finding) => finding.level === "fail") ? 1 : 0;
      if (options.json) {
        console.log(JSON.stringify({ ok: process.exitCode === 0, findings }));
        return;
      }
      for (const { name, level, found, advice } of findings) {
        console.log(`${MARK[level]}  ${name.padEnd(15)} ${found}`);
        if (advice !== undefined) console.log(`${"".padEnd(22)}${advice}`);
      }
    });
}
