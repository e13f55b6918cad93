import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";

export interface SystemRoutes {
  readonly metrics: Registry;
  /** What keeps this controller from serving; empty when it is ready. */
  readonly notReady: () => Promise<readonly string[]>;
  readonly openApi: unknown;
}

/** What operators' tools ask, outside the contract: open to all, and telling nothing of anyone's servers. */
export function mountSystemRoutes(app: FastifyInstance, options: SystemRoutes): void {
  app.get("/healthz", async () => ({ ok: true }));
  app.get("/readyz", async (_request, reply) => {
    const reasons = await options.notReady();
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ok: reasons.length === 0, reasons });
  });
  app.get("/metrics", async (_request, reply) => {
    const text = await options.metrics.metrics();
    return reply.type(options.metrics.contentType).send(text);
  });
  app.get("/openapi.json", async () => options.openApi);
}
