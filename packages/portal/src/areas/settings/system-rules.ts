import type { ControllerInfo, ReconcilerReport } from "@berth/api/system.ts";
import type { z } from "zod";
import { relativeTime } from "../../kit/time-rules.ts";

type Controller = z.output<typeof ControllerInfo>;
type Report = z.output<typeof ReconcilerReport>;

/** What an operator should look at, in words. */
export function troublesOf(controllers: readonly Controller[], reports: readonly Report[], now: number): string[] {
  const dead = controllers
    .filter(({ alive }) => !alive)
    .map(
      ({ name, heartbeatAt }) => `Controller ${name} was last heard of ${relativeTime(Date.parse(heartbeatAt), now)}.`,
    );
  const passes = reports.flatMap((report) => {
    if (report.error !== null) return [`The last pass of ${report.name} failed: ${report.error}`];
    return report.failed === 0 ? [] : [`${report.name} could not look at ${report.failed} of ${report.checked}.`];
  });
  return [...dead, ...passes];
}

/** `12 looked at, 1 changed, 2 failed`. */
export function passWords({
  checked,
  changed,
  failed,
  error,
}: Pick<Report, "checked" | "changed" | "failed" | "error">): string {
  const words = [`${checked} looked at`, changed > 0 && `${changed} changed`, failed > 0 && `${failed} failed`];
  const text = words.filter((word) => word !== false).join(", ");
  return error === null ? text : `${text}; then: ${error}`;
}
