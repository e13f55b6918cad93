import { z } from "zod";

/** What a controller process of a test is told: where it works, and what is to happen to it. */
export const Orders = z.object({
  databaseUrl: z.string(),
  directory: z.string(),
  name: z.string(),
  leaseTimes: z.object({ heartbeatMs: z.number(), leaseMs: z.number() }),
  fates: z.array(
    z.object({
      kind: z.enum(["kill", "halt"]),
      operationId: z.string(),
      step: z.string(),
      point: z.enum(["before", "after-effect", "after-record"]),
      direction: z.enum(["forward", "backward"]),
    }),
  ),
});
export type Orders = z.infer<typeof Orders>;
export type Fate = Orders["fates"][number];

export const fateFile = (fate: Fate): string => `fate-${fate.operationId}-${fate.step}-${fate.point}-${fate.direction}`;
