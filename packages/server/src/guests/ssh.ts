import { setTimeout as pause } from "node:timers/promises";
import type { Dial } from "../kernel/dial.ts";
import { ProviderError } from "../kernel/errors.ts";
import { type ScriptSpec, scriptCommand, scriptProgram } from "./script-rules.ts";
import { type CommandResult, type GuestLogin, type GuestSession, HostKeyError, withSession } from "./session.ts";

export interface GuestDeps {
  readonly dial: Dial;
}

export interface WaitCall {
  readonly signal: AbortSignal;
  progress?(percent: number, note?: string): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3_000;
/** How long the guest's own `timeout` gets before we hang up. */
const HANG_UP_AFTER_MS = 15_000;

/**
 * Until the system answers over SSH with its own host key, has ended its first boot, and calls itself by its name.
 * Throws ProviderError: `denied` at once for another host key, `rejected` for a failed first boot or another name,
 * `unreachable` with what was seen last when the call's time is up.
 */
export async function waitForSsh(
  deps: GuestDeps,
  guest: GuestLogin & { readonly hostname: string },
  call: WaitCall,
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  let last: unknown = null;
  while (!call.signal.aborted) {
    try {
      return await withSession(deps.dial, guest, call, (session) => checkSystem(session, guest.hostname, call));
    } catch (error) {
      if (isFinal(error)) throw error;
      last = error;
    }
    call.progress?.(0, `waiting for SSH: ${last instanceof ProviderError ? last.message : "no answer"}`);
    // Ended by the signal, which the loop looks at.
    await pause(pauseMs, undefined, { signal: call.signal }).catch(() => {});
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
  }
  const seen = last instanceof ProviderError ? last.message : "nothing answered";
  throw new ProviderError("unreachable", `the server did not come up in time; seen last: ${seen}`, { cause: last });
}

/** Runs a script and waits for its end. Its exit code is the caller's to judge; that it ran out of time is an error. */
export async function runScript(
  deps: GuestDeps,
  guest: GuestLogin,
  spec: ScriptSpec,
  call: { signal: AbortSignal },
): Promise<CommandResult> {
  const program = scriptProgram(spec);
  return await withSession(deps.dial, guest, call, async (session) => {
    const startedAt = performance.now();
    const ending = AbortSignal.timeout(spec.timeoutMs + HANG_UP_AFTER_MS);
    try {
      const result = await session.exec(scriptCommand(spec), program, {
        signal: AbortSignal.any([call.signal, ending]),
      });
      if (isTimeoutCode(result.exitCode) && performance.now() - startedAt >= spec.timeoutMs) throw outOfTime(spec);
      return result;
    } catch (error) {
      throw ending.aborted && !call.signal.aborted ? outOfTime(spec, error) : error;
    }
  });
}

/** coreutils' `timeout` answers 124, or 137 when it had to kill. */
function isTimeoutCode(code: number): boolean {
  return code === 124 || code === 137;
}

function outOfTime({ timeoutMs }: ScriptSpec, cause?: unknown): ProviderError {
  const message = `the script did not end within ${Math.round(timeoutMs / 1000)} seconds`;
  return new ProviderError("rejected", message, { ambiguous: true, cause });
}

/** Not final is a key of ours that is not accepted: it may not be written yet, and no login is let in until a boot ends. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return true;
  return error instanceof HostKeyError || error.failure === "rejected";
}

/** What the first boot wrote, such as the host key, is on the disk before anyone counts on it: a power cut may follow. */
const FIRST_BOOT =
  "code=0; if command -v cloud-init > /dev/null 2>&1; then cloud-init status --wait --long || code=$?; fi; sync; exit $code";

async function checkSystem(session: GuestSession, hostname: string, call: WaitCall): Promise<void> {
  call.progress?.(50, "the system answers; waiting for the end of its first boot");
  const boot = await session.exec(FIRST_BOOT, "", call);
  // cloud-init answers 2 for errors that it recovered from, as which it counts its own deprecation warnings.
  if (boot.exitCode !== 0 && boot.exitCode !== 2) {
    throw new ProviderError("rejected", `the first boot ended with an error: ${printable(boot.stdout || boot.stderr)}`);
  }
  const name = (await session.exec("hostname", "", call)).stdout.trim();
  const isRight = name === hostname || name === hostname.split(".")[0];
  if (!isRight) throw new ProviderError("rejected", `the server calls itself ${printable(name)}, not ${hostname}`);
  call.progress?.(100);
}

/** What a guest says is shown, but not what it could do to a terminal. */
function printable(text: string): string {
  return text
    .trim()
    .replaceAll(/[^\P{C}\n]/gu, "\ufffd")
    .slice(-500);
}
