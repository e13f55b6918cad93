import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** What the controller takes from its environment. Everything else that can be changed is a row with an API. */
export interface Config {
  readonly stateDir: string;
  readonly cacheDir: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Where browsers reach it, when that is another address: behind a proxy that speaks TLS, for example. */
  readonly publicUrl: string | null;
  /** Proxies that are believed about whom they ask for. */
  readonly trustedProxies: readonly string[];
  /** Null: Berth starts its own PostgreSQL. */
  readonly databaseUrl: string | null;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** The controller's name in lists and logs; each life of it gets an id of its own. */
  readonly controllerName: string;
}

const Path = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");
const Listen = z.string().transform((text, context) => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    context.addIssue({ code: "custom", message: "must be an address and a port, such as 127.0.0.1:7770" });
    return z.NEVER;
  }
  return { host: match[1] ?? match[2] ?? "", port };
});
const PublicUrl = z
  .url({ protocol: /^https?$/, error: "must be a URL such as https://berth.example.org" })
  .transform((text, context) => {
    const url = new URL(text);
    if (url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "") return url.origin;
    context.addIssue({ code: "custom", message: "must be an address without a path" });
    return z.NEVER;
  });
const Networks = z.string().transform((text, context) => {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => NETWORK.safeParse(part).success)) return parts;
  context.addIssue({ code: "custom", message: "must be addresses or networks, such as 10.0.0.5,192.0.2.0/24" });
  return z.NEVER;
});
const NETWORK = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const DatabaseUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: "must be a URL such as postgres://user:password@host:5432/berth",
});

/** Strict: a misspelt key is an error with its name, and not a setting that silently does nothing. */
const Environment = z.strictObject({
  BERTH_STATE_DIR: Path.optional(),
  BERTH_CACHE_DIR: Path.optional(),
  BERTH_LISTEN: Listen.default({ host: "127.0.0.1", port: 7770 }),
  BERTH_PUBLIC_URL: PublicUrl.optional(),
  BERTH_TRUSTED_PROXIES: Networks.optional(),
  BERTH_DATABASE_URL: DatabaseUrl.optional(),
  BERTH_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  BERTH_CONTROLLER_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,63}$/, "letters, digits, dots, hyphens and underscores, 1 to 63")
    .optional(),
  // The CLI's own; they may be set in the shell that starts the controller.
  BERTH_URL: z.string().optional(),
  BERTH_TOKEN: z.string().optional(),
  BERTH_YES: z.string().optional(),
});

/** Reads the environment, once, at start. @throws Error that names every key which is wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const ours = Object.entries(env).filter(([key, value]) => key.startsWith("BERTH_") && value !== undefined);
  const read = Environment.safeParse(Object.fromEntries(ours));
  if (!read.success) throw new Error(read.error.issues.map(problemOf).join("\n"));
  const home = homedir();
  return {
    stateDir: read.data.BERTH_STATE_DIR ?? join(env.XDG_STATE_HOME ?? join(home, ".local/state"), "berth"),
    cacheDir: read.data.BERTH_CACHE_DIR ?? join(env.XDG_CACHE_HOME ?? join(home, ".cache"), "berth"),
    listen: read.data.BERTH_LISTEN,
    publicUrl: read.data.BERTH_PUBLIC_URL ?? null,
    trustedProxies: read.data.BERTH_TRUSTED_PROXIES ?? [],
    databaseUrl: read.data.BERTH_DATABASE_URL ?? null,
    logLevel: read.data.BERTH_LOG_LEVEL,
    controllerName:
      read.data.BERTH_CONTROLLER_ID ??
      hostname()
        .replace(/[^A-Za-z0-9._-]/g, "-")
        .slice(0, 63),
  };
}

/** The configuration as it may be logged: a database's URL can hold a password. */
export function redactConfig(config: Config): Record<string, unknown> {
  return { ...config, databaseUrl: config.databaseUrl === null ? null : new URL(config.databaseUrl).host };
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(Environment.shape).join(", ");
    return `${issue.keys.join(", ")}: no such setting; there are ${known}`;
  }
  return `${issue.path.join(".")}: ${issue.message}`;
}
