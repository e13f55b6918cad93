import { z } from "zod";
import { BladeSpec } from "./spec.ts";

/** What labd tells a chassis, and hears of it. */
const BladePlanSchema = BladeSpec.extend({
  name: z.string(),
  bay: z.int(),
  dir: z.string(),
  bmcAddress: z.string(),
  uuid: z.string(),
  serial: z.string(),
  nics: z.array(
    z.object({ id: z.string(), mac: z.string(), tap: z.string(), network: z.string(), bridge: z.string() }),
  ),
});

export const ChassisPlan = z.object({
  socket: z.string(),
  accelerator: z.enum(["kvm", "tcg"]),
  blades: z.array(BladePlanSchema),
});
export type ChassisPlan = z.output<typeof ChassisPlan>;

export const ChassisFault = z.object({ target: z.string(), kind: z.string(), count: z.int() });

export const BayStatus = z.object({
  name: z.string(),
  power: z.enum(["on", "off"]),
  pid: z.int().nullable(),
  faults: z.record(z.string(), z.number()),
});
export type BayStatus = z.output<typeof BayStatus>;

export const BmcAccessList = z.array(
  z.object({ blade: z.string(), url: z.string(), username: z.string(), password: z.string(), sha256: z.string() }),
);
