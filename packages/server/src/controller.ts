import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { contract } from "@berth/api/contract.ts";
import { openApiDocument } from "@berth/api/openapi.ts";
import { startBoot } from "./boot/start-boot.ts";
import { catalogRoutes } from "./catalog/routes.ts";
import { createProviderPool } from "./estate/providers.ts";
import { estateRoutes } from "./estate/routes.ts";
import { fabricRoutes } from "./fabric/routes.ts";
import { guestRoutes } from "./guests/routes.ts";
import { auditRoutes } from "./identity/audit-routes.ts";
import { createAuthenticate } from "./identity/authenticate.ts";
import { type Administrator, ensureFirstAdministrator } from "./identity/first-administrator.ts";
import { identityRoutes } from "./identity/routes.ts";
import { imageRoutes } from "./images/routes.ts";
import type { Config } from "./kernel/config.ts";
import { type Db, openDb } from "./kernel/db/db.ts";
import { startEmbedded } from "./kernel/db/embedded.ts";
import { migrate } from "./kernel/db/migrate.ts";
import { idempotencyStore } from "./kernel/http/idempotency-store.ts";
import { createHttpServer } from "./kernel/http/server.ts";
import type { Log } from "./kernel/log.ts";
import { createMetrics } from "./kernel/metrics.ts";
import { createOutgoing } from "./kernel/outgoing.ts";
import { openSecretBox } from "./kernel/secrets.ts";
import { createEngine } from "./kernel/workflow/engine.ts";
import { operationRoutes } from "./kernel/workflow/routes.ts";
import { poolRoutes } from "./pools/routes.ts";
import { registerServerWorkflows } from "./servers/workflows.ts";
import { createServerWorld } from "./servers/real-world.ts";
import { serverRoutes } from "./servers/routes.ts";
import { registerServiceWorkflows } from "./services/workflows.ts";
import { createServiceWorld } from "./services/real-world.ts";
import { requestRoutes, serviceRoutes } from "./services/routes.ts";
import { subjectsBehind } from "./services/subjects.ts";
import { storageRoutes } from "./storage/routes.ts";

export interface Controller {
  readonly url: string;
  /** Made at the first start; null ever after. */
  readonly administrator: Administrator | null;
  stop(): Promise<void>;
}

const MAX_CONNECTIONS = 20;
