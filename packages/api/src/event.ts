import { z } from "zod";
import { Timestamp } from "./common.ts";
import { type Contract, route } from "./route.ts";

/** That something has happened to an object. What it is now, whoever wants to know asks. */
export const EventInfo = z.object({
  eventId: z.string(),
  kind: z.string().describe("for example operation.done, step.running, machine.available"),
  subjectKind: z.string(),
  subjectId: z.string(),
  at: Timestamp,
});
export type EventInfo = z.output<typeof EventInfo>;

export const eventContract = {
  watchEvents: route({
    method: "GET",
    path: "/v1/events",
    tag: "system",
    rule: "owner",
    summary: "What happens from now on to what one sees; of several events of one object at once, the last",
    response: EventInfo,
    stream: true,
    cli: { words: ["events"], example: "berth events" },
  }),
} satisfies Contract;
