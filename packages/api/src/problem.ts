import { z } from "zod";
import { ERROR_STATUS, type ErrorCode } from "./errors.ts";

/** Every error answer: `application/problem+json` (RFC 9457) with our members. Clients switch on `code`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string(),
  fields: z.array(z.object({ field: z.string(), message: z.string(), line: z.number().int().optional() })),
  reasons: z.array(z.string()),
  requestId: z.string(),
});
export type Problem = z.infer<typeof Problem>;
