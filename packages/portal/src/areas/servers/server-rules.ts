import type { ServerInfo } from "@berth/api/server.ts";
import type { z } from "zod";
import { relativeTime } from "../../kit/time-rules.ts";

export type Server = z.output<typeof ServerInfo>;

/** Wanted, seen and when it was seen, as one sentence; doubt is never shown as a fact. */
export function powerWords(power: Server["power"], now: Date): string {
  const { wanted, observed, observedAt } = power;
  if (observedAt === null)
    return wanted === "unknown" ? "nobody has looked yet" : `${wanted} is wanted, nobody has looked yet`;
  const when = relativeTime(Date.parse(observedAt), now.getTime());
  if (observed === "unknown") return `unknown, last looked ${when}`;
  return observed === wanted || wanted === "unknown"
    ? `${observed}, seen ${when}`
    : `seen ${observed} ${when}, wanted ${wanted}`;
}

/** Whether what is seen differs from what is wanted. */
export function differs(power: Server["power"]): boolean {
  return power.wanted !== "unknown" && power.observed !== "unknown" && power.wanted !== power.observed;
}

const SHELL_SAFE = /^[a-z0-9][a-z0-9-]*$/;

/** The command that opens a shell there; null while there is nothing to reach. */
export function sshHint(server: Pick<Server, "name" | "state" | "address">): string | null {
  if (server.state !== "active" || server.address === null || !SHELL_SAFE.test(server.name)) return null;
  return `berth ssh ${server.name}`;
}
