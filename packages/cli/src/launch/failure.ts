/** Something the user can do something about: printed as its message and hints, without a stack. */
export class Failure extends Error {
  readonly hints: readonly string[];
  readonly exitCode: number;

  constructor(message: string, options: { hints?: readonly string[]; exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "Failure";
    this.hints = options.hints ?? [];
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Wraps a command's action, so that a Failure ends it with words and an exit code. Anything else is our bug and keeps its stack. */
export function guarded<A extends unknown[]>(action: (...args: A) => Promise<void>): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await action(...args);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      say(error.message);
      for (const hint of error.hints) console.error(`       ${hint}`);
      process.exitCode = error.exitCode;
    }
  };
}

/** A progress line: on standard error, so that a command's answer stays clean. */
export function say(line: string): void {
  console.error(`berth: ${line}`);
}
