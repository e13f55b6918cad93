import type { OutputOf } from "../../api/queries.ts";
import { exactTime } from "../../kit/time-rules.ts";

type Schedule = OutputOf<"getScript">["schedule"];

/** When a script runs by itself, in words. */
export function scheduleWords(schedule: Schedule): string {
  if (schedule === null) return "never";
  const { nextAt, repeat } = schedule;
  if (nextAt === null) return "has run";
  const at = exactTime(Date.parse(nextAt));
  return repeat === "never" ? `once, ${at}` : `${repeat}, next ${at}`;
}

/** What a new script begins with. */
export const TEMPLATE = `import { connect } from "@berth/sdk/connect.ts";

const berth = connect();

const { items } = await berth.listServers({ query: { state: "active" } });
for (const server of items) console.log(server.name, server.on, server.power.observed);
`;
