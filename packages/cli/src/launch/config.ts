import { homedir } from "node:os";
import { join } from "node:path";

const environment = process.env;

/** What the launcher takes from the environment; the keys are those of RFD 0001. The controller checks them all. */
export const config = {
  /** Handed on to the programs that we start. */
  environment,
  stateDir: environment.BERTH_STATE_DIR ?? join(environment.XDG_STATE_HOME ?? join(homedir(), ".local/state"), "berth"),
  cacheDir: environment.BERTH_CACHE_DIR ?? join(environment.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "berth"),
  /** Null: Berth starts its own PostgreSQL. */
  databaseUrl: environment.BERTH_DATABASE_URL ?? null,
  proxy: environment.https_proxy ?? environment.HTTPS_PROXY ?? environment.http_proxy ?? null,
  noProxy: environment.no_proxy ?? environment.NO_PROXY ?? "",
  listen: environment.BERTH_LISTEN ?? "127.0.0.1:7770",
} as const;
