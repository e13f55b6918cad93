import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { contract } from "@berth/api/contract.ts";
import { openApiDocument } from "@berth/api/openapi.ts";
import { VERSION } from "@berth/api/version.ts";
import { approvalAsk } from "./approvals/approval-ask.ts";
import { createAskWorld } from "./approvals/real-world.ts";
import { approvalRoutes } from "./approvals/routes.ts";
import { audit, auditRefusal } from "./audit/audit.ts";
import { auditSync } from "./audit/audit-sync.ts";
import { auditRoutes } from "./audit/routes.ts";
import { bootRoutes } from "./boot/routes.ts";
import { startBoot } from "./boot/start-boot.ts";
import { catalogRoutes } from "./catalog/routes.ts";
import { consoleRoutes } from "./consoles/routes.ts";
import { consoleUpgrade } from "./consoles/upgrade.ts";
import { operationAccepted } from "./deployments/operation-accepted.ts";
import { createServiceWorld } from "./deployments/real-world.ts";
import { registerServiceWorkflows } from "./deployments/workflows.ts";
import { createOidcSignIn } from "./directories/oidc-sign-in.ts";
import { hostSync } from "./estate/host-sync.ts";
import { machineSync } from "./estate/machine-sync.ts";
import { createProviderPool } from "./estate/providers.ts";
import { estateRoutes } from "./estate/routes.ts";
import { registerEstateWorkflows } from "./estate/workflows.ts";
import { ensureDefaultIdentityRanges } from "./fabric/identity-claim.ts";
import { fabricRoutes } from "./fabric/routes.ts";
import { guestRoutes } from "./guests/routes.ts";
import { tunnelUpgrade } from "./guests/tunnel.ts";
import { grantRoutes, groupRoutes, projectRoutes } from "./identity/access-routes.ts";
import { createAuthenticate } from "./identity/authenticate.ts";
import { type Administrator, ensureFirstAdministrator } from "./identity/first-administrator.ts";
import { identityRoutes } from "./identity/routes.ts";
import { imageFiles } from "./images/image-files.ts";
import { imageRoutes } from "./images/routes.ts";
import type { Config } from "./kernel/config.ts";
import { openDb } from "./kernel/db/db.ts";
import { startEmbedded } from "./kernel/db/embedded.ts";
import { migrate } from "./kernel/db/migrate.ts";
import { createEventFeed } from "./kernel/events/feed.ts";
import { eventRoutes } from "./kernel/events/routes.ts";
import type { RouteSet } from "./kernel/http/handler.ts";
import { idempotencyStore } from "./kernel/http/idempotency-store.ts";
import { createHttpServer } from "./kernel/http/server.ts";
import { systemRoutes } from "./kernel/http/system-info.ts";
import type { Log } from "./kernel/log.ts";
import { createMetrics } from "./kernel/metrics.ts";
import { createOutgoing } from "./kernel/outgoing.ts";
import { startReconcilers } from "./kernel/schedule/reconcile.ts";
import { retentionSync } from "./kernel/schedule/retention.ts";
import { openSecretBox } from "./kernel/secrets.ts";
import { createEngine, type RunningEngine } from "./kernel/workflow/engine.ts";
import { operationRoutes } from "./kernel/workflow/routes.ts";
import { dhcpSync } from "./landing/dhcp-sync.ts";
import { createServerWorld } from "./landing/real-world.ts";
import { registerServerWorkflows } from "./landing/workflows.ts";
import { mailSync } from "./mail/mail-sync.ts";
import { mailRoutes } from "./mail/routes.ts";
import { readPortalUrl } from "./mail/settings.ts";
import { selfServiceRoutes } from "./policies/routes.ts";
import { poolRoutes } from "./pools/routes.ts";
import * as registry from "./providers/registry.ts";
import { holdingOfActor } from "./requests/holdings.ts";
import { askPeople, decideFromOutside, describeRequest } from "./requests/request-approval.ts";
import { requestRoutes, serviceRoutes } from "./requests/routes.ts";
import { operationOfSubject, subjectsBehind } from "./requests/subjects.ts";
import { templatePlaceRoutes } from "./requests/template-place.ts";
import { scriptRoutes } from "./scripts/routes.ts";
import { scriptRun } from "./scripts/script-run.ts";
import { scriptSync } from "./scripts/script-sync.ts";
import { createScriptWorld } from "./scripts/world.ts";
import { createReachOf } from "./servers/reach-of.ts";
import { serverRoutes } from "./servers/routes.ts";
import { serversOnImage } from "./servers/store.ts";
import { PATIENCE, type Patience } from "./servers/world.ts";
import { eventsSeen } from "./services/event-rights.ts";
import { operationRights } from "./services/operation-rights.ts";
import { servicesOfProject } from "./services/store.ts";
import { usageRoutes } from "./services/usage-routes.ts";
import { sessionRoutes } from "./sign-in/session-routes.ts";
import { signInRoutes } from "./sign-in/sign-in-routes.ts";
import { storageRoutes } from "./storage/routes.ts";

export interface Controller {
  readonly url: string;
  /** Made at the first start; null ever after. */
  readonly administrator: Administrator | null;
  stop(): Promise<void>;
}

const MAX_CONNECTIONS = 30;

export interface ForTests {
  /** Is told of each named point of each step, to end there. */
  readonly onMoment?: RunningEngine["onMoment"];
  readonly patience?: Patience;
  /** Networks (CIDR) that webhooks and hooks may reach though they are refused by default. */
  readonly allowOutgoing?: readonly string[];
  /** Between attempts to reach an outside tool. */
  readonly askPausesMs?: readonly number[];
}

/** Puts all rooms together: the only place that knows every one of them. */
export async function startController(
  config: Config,
  log: Log,
  { onMoment, patience = PATIENCE, allowOutgoing = [], askPausesMs }: ForTests = {},
): Promise<Controller> {
  await mkdir(join(config.stateDir, "run"), { recursive: true, mode: 0o700 });
  const databaseUrl = config.databaseUrl ?? (await startEmbedded({ directory: join(config.stateDir, "pg"), log })).url;
  const { applied } = await migrate(databaseUrl);
  if (applied.length > 0) log.info("database migrated", { applied });
  const db = openDb(databaseUrl, { maxConnections: MAX_CONNECTIONS });
  await ensureDefaultIdentityRanges(db);
  const secrets = await openSecretBox(join(config.stateDir, "secret.key"));
  const metrics = createMetrics();

  const engine = createEngine({
    db,
    databaseUrl,
    controllerId: config.controllerName,
    log,
    metrics,
    // Another controller has taken over: whatever this one still did would be done twice.
    onLeaseLost: () => {
      log.error("lease lost; this controller ends");
      process.exit(1);
    },
  });
  engine.onMoment = onMoment;
  const providers = createProviderPool({
    db,
    secrets,
    log,
    metrics,
    registry,
    // A controller that was stopped past its lease and woken again must not act on the outside world.
    mayAct: () => engine.lease().held(),
  });
  const outgoing = createOutgoing({ allow: allowOutgoing });
  const files = imageFiles(config.stateDir);
  const servers = createServerWorld({ db, secrets, providers, images: { db, files }, patience });
  const services = createServiceWorld({ db, engine, secrets, providers, outgoing, servers });
  registerEstateWorkflows(engine, { db, providers });
  registerServerWorkflows(engine, servers);
  registerServiceWorkflows(engine, services);
  engine.register(
    approvalAsk,
    createAskWorld({
      db,
      secrets,
      outgoing,
      portalUrl: () => readPortalUrl(db),
      describe: (id) => describeRequest(db, id),
      askPeople,
    }),
  );
  // What it listens on is known at the end only; a run that is taken over before asks later.
  const served = { url: urlOf(config.listen) };
  engine.register(scriptRun, createScriptWorld({ db, url: () => served.url }));

  const authenticate = createAuthenticate(db);
  const auditChain = { db, secrets, memoryFile: join(config.stateDir, "run", "audit-head.json") };
  const publicUrl = config.publicUrl ?? urlOf(config.listen);
  const secure = publicUrl.startsWith("https:");
  const signIn = { db, secrets, publicUrl, secure, oidc: createOidcSignIn({ secrets, publicUrl }) };
  const feed = createEventFeed({ db, log });
  const reachOf = createReachOf({ db, secrets, providers });
  const requests = { db, engine, secrets, pausesMs: askPausesMs };
  const sets: RouteSet[] = [
    identityRoutes({ db }),
    groupRoutes({ db }),
    projectRoutes({ db, projectUse: servicesOfProject }),
    grantRoutes({ db }),
    sessionRoutes(signIn),
    signInRoutes(signIn),
    auditRoutes(auditChain),
    systemRoutes({ db, version: VERSION }),
    operationRoutes({
      db,
      engine,
      feed,
      audit,
      rights: operationRights,
      resolve: (actor, idOrName) => operationOfSubject(db, actor, idOrName),
      accepted: (tx, operation) => operationAccepted(tx, services, operation),
    }),
    eventRoutes({ feed, seen: eventsSeen }),
    fabricRoutes({ db }),
    storageRoutes({ db }),
    imageRoutes({ db, engine, files, outgoing, cacheDir: config.cacheDir, usersOf: serversOnImage }),
    estateRoutes({ db, engine, secrets, providers, registry, log }),
    bootRoutes({ db }),
    poolRoutes({ db }),
    guestRoutes({ db, reachOf }),
    consoleRoutes({ db, providers }),
    serverRoutes({ db, engine, subjectsBehind: (actor, kind, id) => subjectsBehind(db, actor, kind, id) }),
    catalogRoutes({ db }),
    templatePlaceRoutes({ db }),
    selfServiceRoutes({ db, holdingOf: (actor) => holdingOfActor(db, actor) }),
    mailRoutes({ db, secrets }),
    approvalRoutes({
      db,
      engine,
      secrets,
      decide: (tx, id, decision) => decideFromOutside(requests, tx, id, decision),
    }),
    usageRoutes({ db }),
    requestRoutes(requests),
    serviceRoutes(requests),
    scriptRoutes({ db, engine }),
  ];
  const boot = await startBoot({ db, secrets, files, log, stateDir: config.stateDir, cacheDir: config.cacheDir });
  await engine.launch();
  const reconcilers = startReconcilers({
    db,
    controllerId: config.controllerName,
    log,
    reconcilers: [
      machineSync({ db, providers, log }),
      hostSync({ db, providers, log }),
      dhcpSync({ db, log }),
      retentionSync(db),
      mailSync({ db, secrets, log }),
      auditSync(auditChain),
      scriptSync({ db, engine, log }),
    ],
  });
  const consoles = consoleUpgrade({ db, authenticate, providers, log });
  const tunnels = tunnelUpgrade({ db, authenticate, reachOf, log });
  const http = createHttpServer({
    sets,
    authenticate,
    idempotency: idempotencyStore(db),
    log,
    metrics: metrics.registry,
    notReady: async () => [],
    openApi: openApiDocument(contract),
    secure,
    trustedProxies: config.trustedProxies,
    onRefused: (refused) => auditRefusal(db, refused),
    portalDir: join(import.meta.dirname, "../../portal/dist"),
    onUpgrade: (request, socket, head) => {
      if (!consoles.take(request, socket, head)) tunnels(request, socket, head);
    },
  });
  const { url } = await http.listen(config.listen);
  served.url = url;
  // Last: the password is told once, so nothing after it may fail.
  const administrator = await ensureFirstAdministrator(db);
  log.info("controller serves", { url });

  return {
    url,
    administrator,
    async stop() {
      await http.close();
      await consoles.close();
      await reconcilers.stop();
      await engine.stop();
      await boot.close();
      await providers.close();
      await db.destroy();
    },
  };
}

function urlOf({ host, port }: Config["listen"]): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
