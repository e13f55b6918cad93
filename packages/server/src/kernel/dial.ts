import type { Duplex } from "node:stream";

/** Where an outgoing connection goes. `host` is an IP address: names are resolved before. */
export interface DialTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * The one way out: opens a TCP connection to a target as seen from a site, directly or through the site's edge (an
 * HTTP CONNECT over its UNIX socket). Rejects with ProviderError `unreachable`.
 */
export type Dial = (target: DialTarget, call: { signal: AbortSignal }) => Promise<Duplex>;
