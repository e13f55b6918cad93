import { randomBytes } from "node:crypto";
import { ProviderError } from "../kernel/errors.ts";

export interface ScriptSpec {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Absolute path on the guest. Default /bin/sh. */
  readonly interpreter?: string;
  readonly asRoot?: boolean;
}

const MAX_SCRIPT_BYTES = 1024 * 1024;
const MAX_VALUE_BYTES = 64 * 1024;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const INTERPRETER = /^(?:\/[A-Za-z0-9._+-]+){1,16}$/;
const KILL_GRACE_SECONDS = 5;

/** The command line that reads the program: the same for all scripts, so that nothing of theirs stands in it. */
export function scriptCommand({ asRoot }: ScriptSpec): string {
  return asRoot === true ? "sudo -n -- /bin/sh -s" : "/bin/sh -s";
}

/**
 * The program for `sh -s`: sets the environment, writes the script to a file of its own and runs that, with nothing to
 * read (a script fed by standard input loses what its commands read from it). The guest itself ends it when its time is
 * up, where it can: closing the connection would leave it running.
 */
export function scriptProgram(spec: ScriptSpec): string {
  const { script, env, interpreter = "/bin/sh", timeoutMs } = spec;
  if (!INTERPRETER.test(interpreter)) throw refused("an interpreter is an absolute path");
  if (script.includes("\0") || Buffer.byteLength(script) > MAX_SCRIPT_BYTES)
    throw refused("a script is text of at most 1 MiB");
  const exports = Object.entries(env).map(([name, value]) => {
    if (!ENV_NAME.test(name)) throw refused("the name of a variable is made of letters, digits and underscores");
    if (value.includes("\0") || Buffer.byteLength(value) > MAX_VALUE_BYTES)
      throw refused(`the value of ${name} is too long or no text`);
    return `export ${name}=${quoted(value)}`;
  });
  const end = `BERTH_END_${randomBytes(16).toString("hex")}`;
  return [
    ...exports,
    "berth_script=$(mktemp) || exit 126",
    `trap 'rm -f "$berth_script"' EXIT`,
    "trap 'exit 129' HUP INT TERM",
    `cat > "$berth_script" <<'${end}'`,
    script.endsWith("\n") ? script.slice(0, -1) : script,
    end,
    "if command -v timeout > /dev/null 2>&1; then",
    `  timeout -k ${KILL_GRACE_SECONDS} ${Math.max(1, Math.ceil(timeoutMs / 1000))} ${interpreter} "$berth_script" < /dev/null`,
    "else",
    `  ${interpreter} "$berth_script" < /dev/null`,
    "fi",
    "exit $?",
    "",
  ].join("\n");
}

/** One word of a POSIX shell, whatever is in it. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function refused(message: string): ProviderError {
  return new ProviderError("rejected", message);
}
