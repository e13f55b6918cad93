import { z } from "zod";
import type { Shell, StepDuration } from "./report.ts";

/** What the demo reads out of the CLI's own JSON: only what it shows. */

const Request = z.object({
  id: z.string(),
  operationId: z.string(),
  price: z.object({ currency: z.string(), perDay: z.string(), total: z.string() }),
  reserved: z.array(
    z.object({
      hostname: z.string(),
      kind: z.string(),
      on: z.string(),
      addresses: z.array(z.object({ network: z.string(), ip: z.string() })),
    }),
  ),
});
export type ShownRequest = z.output<typeof Request>;

const Servers = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      hostname: z.string(),
      group: z.string(),
      kind: z.string(),
      address: z.string().nullable(),
    }),
  ),
});

const Operation = z.object({
  operations: z.array(z.object({ id: z.string(), title: z.string() })),
  steps: z.array(
    z.object({
      operationId: z.string(),
      name: z.string(),
      startedAt: z.string(),
      endedAt: z.string().nullable(),
      children: z.array(z.string()),
    }),
  ),
});

export const shownRequest = (json: string): ShownRequest => Request.parse(JSON.parse(json));
export const shownServers = (json: string) => Servers.parse(JSON.parse(json)).items;
export const shownOperation = (json: string) => z.object({ operationId: z.string() }).parse(JSON.parse(json));

/** How long each step of an operation took, those of its parts too. */
export async function durations(shell: Shell, operationId: string): Promise<StepDuration[]> {
  const { stdout } = await shell.berth(["operation", "show", operationId, "--json"], { quiet: true });
  const { operations, steps } = Operation.parse(JSON.parse(stdout));
  const titles = new Map(operations.map((operation) => [operation.id, operation.title]));
  return steps
    .filter((step) => step.endedAt !== null && step.children.length === 0)
    .map((step) => ({
      of: titles.get(step.operationId) ?? "",
      step: step.name,
      tookMs: Date.parse(step.endedAt ?? step.startedAt) - Date.parse(step.startedAt),
    }));
}
