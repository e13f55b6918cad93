import { execFile } from "node:child_process";

export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Runs a program by its arguments, without a shell; answers what it printed. */
export function run(command: string, args: readonly string[], options: { timeoutMs?: number } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      { timeout: options.timeoutMs ?? 60_000, maxBuffer: 16_000_000, killSignal: "SIGKILL" },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const said = stderr.trim().split("\n").slice(-3).join("; ");
        reject(
          new CommandError(`${command} ${args.slice(0, 4).join(" ")}: ${said === "" ? error.message : said}`, {
            cause: error,
          }),
        );
      },
    );
  });
}

/** For what may fail because it is already so. */
export async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return await run(command, args).then(
    () => true,
    () => false,
  );
}
