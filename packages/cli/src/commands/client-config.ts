import { homedir, hostname } from "node:os";
import { join } from "node:path";

const environment = process.env;

/** What the client commands take from the environment (RFD 0001). */
export const clientConfig = {
  url: environment.BERTH_URL ?? null,
  token: environment.BERTH_TOKEN ?? null,
  /** Of the controller on this machine, when nothing else says where Berth is. */
  listen: environment.BERTH_LISTEN ?? "127.0.0.1:7770",
  /** Where `berth up` and `berth login` leave the address and the token. */
  credentialsFile: join(
    environment.BERTH_STATE_DIR ?? join(environment.XDG_STATE_HOME ?? join(homedir(), ".local/state"), "berth"),
    "cli.json",
  ),
  hostname: hostname(),
  isColorWanted: environment.NO_COLOR === undefined && environment.TERM !== "dumb",
} as const;
