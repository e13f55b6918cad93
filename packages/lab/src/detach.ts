import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { z } from "zod";

/** What a detached lab tells whoever started it, until it is up or has failed. */
export const Progress = z.union([
  z.strictObject({ step: z.string() }),
  z.strictObject({ up: z.literal(true) }),
  z.strictObject({ failed: z.string() }),
]);
export type Progress = z.output<typeof Progress>;

/** Runs this program again on its own, and follows it. True when the lab is up; the lab then outlives us. */
export function runDetached(
  script: string,
  argv: readonly string[],
  log: string,
  tell: (progress: Progress) => void,
): Promise<boolean> {
  const output = openSync(log, "w", 0o644);
  const child = spawn(process.execPath, [script, ...argv], {
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
    cwd: "/",
  });
  closeSync(output);
  return new Promise((resolve) => {
    const settle = (isUp: boolean) => {
      child.removeAllListeners();
      if (child.connected) child.disconnect();
      child.unref();
      resolve(isUp);
    };
    child.on("message", (message) => {
      const progress = Progress.parse(message);
      tell(progress);
      if ("up" in progress) settle(true);
      if ("failed" in progress) settle(false);
    });
    child.once("error", (error) => {
      tell({ failed: error.message });
      settle(false);
    });
    child.once("exit", (code, signal) => {
      tell({ failed: `it ended at once (${code ?? signal}); ${log} may say why` });
      settle(false);
    });
  });
}

/** Reports to whoever follows us, if somebody does. */
export function tellParent(progress: Progress): void {
  if (process.connected) process.send?.(progress, () => {});
}
