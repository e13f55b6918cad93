import { join } from "node:path";
import { LabTruth } from "@berth/api/lab.ts";
import { Agent, request } from "undici";
import { flatten, type Truth } from "./leftovers.ts";

const LIMIT_MS = 60_000;

/** What the lab itself sees: processes, files, interfaces. Berth's own records are not asked. */
export async function readTruth(stateDir: string): Promise<Truth> {
  const agent = new Agent({ connect: { socketPath: join(stateDir, "lab", "labd.sock") } });
  try {
    const answer = await request("http://lab/truth", { dispatcher: agent, signal: AbortSignal.timeout(LIMIT_MS) });
    return flatten(LabTruth.parse(await answer.body.json()));
  } finally {
    await agent.close();
  }
}
