import { setTimeout as sleep } from "node:timers/promises";
import type { BootUpstream } from "@berth/api/edge.ts";
import { Agent, request } from "undici";
import { z } from "zod";
import type { Db } from "../kernel/db/db.ts";
import { ProviderError } from "../kernel/errors.ts";
import type { Log } from "../kernel/log.ts";

const EdgeDial = z.object({ kind: z.literal("edge"), socket: z.string().startsWith("/") });
const EVERY_MS = 5_000;
const CALL_MS = 4_000;

/** Tells a site's edge where the requests of its booting machines go, and what certificate they are served with. */
export async function introduceController(
  edgeSocket: string,
  boot: { bootSocket: string; tls: { certificate: string; key: string } },
  call: { signal: AbortSignal },
): Promise<void> {
  const body: BootUpstream = { upstream: boot.bootSocket, tls: boot.tls };
  const agent = new Agent({ connect: { socketPath: edgeSocket } });
  try {
    const answer = await request("http://edge/boot", {
      method: "PUT",
      dispatcher: agent,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: call.signal,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new ProviderError("rejected", `the edge refused the boot service: ${text.slice(0, 300)}`);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError("unreachable", "the edge did not take the boot service", { ambiguous: true, cause: error });
  } finally {
    await agent.destroy();
  }
}

/**
 * Keeps all edges knowing a living controller. An edge that was restarted has forgotten, and a controller that died is
 * still named: so every controller says it again and again. Which of them an edge holds does not matter, they are alike.
 */
export function keepIntroduced(deps: {
  db: Db;
  log: Log;
  boot: { bootSocket: string; tls: { certificate: string; key: string } };
}): { stop(): Promise<void> } {
  const { db, log, boot } = deps;
  const ending = new AbortController();
  const reached = new Map<string, boolean>();

  const tell = async ({ name, dial }: { name: string; dial: unknown }) => {
    const edge = EdgeDial.safeParse(dial);
    if (!edge.success) return;
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(CALL_MS)]);
    const error = await introduceController(edge.data.socket, boot, { signal }).then(
      () => null,
      (cause: unknown) => cause,
    );
    if (ending.signal.aborted || reached.get(name) === (error === null)) return;
    reached.set(name, error === null);
    if (error === null) log.info("the site's edge sends booting machines here", { site: name });
    else log.warn("the site's edge can't be reached: its machines can't boot from the network", { site: name, error });
  };

  const loop = async () => {
    while (!ending.signal.aborted) {
      try {
        await Promise.all((await db.selectFrom("site").select(["name", "dial"]).execute()).map(tell));
      } catch (error) {
        log.warn("sites could not be read for their edges", { error });
      }
      await sleep(EVERY_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  };
  const running = loop();
  return {
    async stop() {
      ending.abort();
      await running;
    },
  };
}
