import { join } from "node:path";
import {
  type LabDescription,
  LabDescription as LabDescriptionSchema,
  type LabFaultRequest,
  LabFaults,
  LabProblem,
  LabStatus,
} from "@berth/api/lab.ts";
import { Agent, request } from "undici";
import type { z } from "zod";
import { Failure } from "./failure.ts";

/** What a running lab is asked, at its control socket. */

const LIMIT_MS = 60_000;
/** Restarting a hypervisor or stopping all machines takes as long as it takes on a busy computer. */
const SLOW_LIMIT_MS = 300_000;

/** Null when no lab runs there. */
export async function labStatus(stateDir: string): Promise<LabStatus | null> {
  return await callLab(stateDir, "GET", "/status", LabStatus).catch((error: unknown) => {
    if (isNobodyThere(error)) return null;
    throw error;
  });
}

/** Null when no lab runs there, or it is not up. */
export async function readLab(stateDir: string): Promise<LabDescription | null> {
  const status = await labStatus(stateDir);
  return status?.state === "up" ? await callLab(stateDir, "GET", "/lab", LabDescriptionSchema) : null;
}

export async function labFault(stateDir: string, fault: LabFaultRequest): Promise<LabFaults> {
  return await callLab(stateDir, "POST", "/fault", LabFaults, { body: fault, limitMs: SLOW_LIMIT_MS });
}

export async function clearLabFaults(stateDir: string): Promise<LabFaults> {
  return await callLab(stateDir, "DELETE", "/fault", LabFaults, { limitMs: SLOW_LIMIT_MS });
}

export async function askLab<T>(stateDir: string, path: string, schema: z.ZodType<T>): Promise<T> {
  return await callLab(stateDir, "GET", path, schema);
}

export async function callLab<T>(
  stateDir: string,
  method: "GET" | "POST" | "DELETE",
  path: string,
  schema: z.ZodType<T>,
  options: { body?: unknown; limitMs?: number } = {},
): Promise<T> {
  const dispatcher = new Agent({ connect: { socketPath: join(stateDir, "lab", "labd.sock") } });
  const limitMs = options.limitMs ?? LIMIT_MS;
  try {
    const answer = await request(`http://lab${path}`, {
      dispatcher,
      method,
      headersTimeout: limitMs,
      bodyTimeout: limitMs,
      signal: AbortSignal.timeout(limitMs),
      ...(options.body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(options.body) }),
    });
    const said = await answer.body.json();
    if (answer.statusCode < 400) return schema.parse(said);
    const problem = LabProblem.safeParse(said);
    throw new Failure(problem.success ? problem.data.error : `the lab answered ${answer.statusCode}`);
  } finally {
    await dispatcher.close();
  }
}

export function isNobodyThere(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ENOENT" || code === "ECONNREFUSED";
}
