import { z } from "zod";

/** How to reach one host of a simulated lab. The socket's mode says who may: it asks for no password. */
export const memorySettings = z.strictObject({
  socket: z
    .string()
    .min(1)
    .max(107)
    .regex(/^\/[^\0\n\r]*$/, "an absolute path")
    .describe("UNIX socket of the simulated hypervisors"),
  host: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "a name of letters, digits, dots and hyphens")
    .describe("which of the hosts behind it"),
});

export type MemorySettings = z.output<typeof memorySettings>;
