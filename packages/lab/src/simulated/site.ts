import { Agent, type IncomingMessage, request } from "node:http";
import type { BootUpstream, DhcpLease, DhcpState } from "@berth/api/edge.ts";
import { parseCidr, toNumber, toText } from "./ipv4.ts";

const IDLE_TIMEOUT_MS = 60_000;
/** What a site's boot service does at once; thousands of machines that start together stand in line. */
const MAX_QUESTIONS = 64;
/** Apart from questions, since a machine asks some while it downloads. */
const MAX_DOWNLOADS = 32;

export interface BootRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** The address that the machine comes from. */
  readonly peer: string;
  readonly isTls: boolean;
  readonly isDownload?: boolean;
  readonly signal: AbortSignal;
}

/** A site's network as its machines see it: addresses by DHCP, and the way to the boot service. */
export interface Site {
  readonly name: string;
  setDhcp(state: DhcpState): void;
  dhcp(): DhcpState & { leases: DhcpLease[] };
  setUpstream(boot: BootUpstream): void;
  upstream(): BootUpstream | null;
  /** The address that DHCP gives to a card, or null. */
  addressFor(mac: string): string | null;
  bootRequest(request: BootRequest): Promise<IncomingMessage>;
  close(): void;
}

const LEASE_MS = 3_600_000;

export function createSite(name: string): Site {
  const state = {
    dhcp: { networks: [], hosts: [] } as DhcpState,
    byMac: new Map<string, { ip: string; hostname: string }>(),
    boot: null as BootUpstream | null,
    leases: new Map<string, DhcpLease>(),
    /** Leased or reserved. */
    taken: new Set<string>(),
  };
  const questions = new Agent({ keepAlive: true, maxSockets: MAX_QUESTIONS, scheduling: "fifo" });
  const downloads = new Agent({ keepAlive: true, maxSockets: MAX_DOWNLOADS, scheduling: "fifo" });

  function dynamicAddress(mac: string): string | null {
    const held = state.leases.get(mac);
    if (held !== undefined) return held.ip;
    for (const { dynamicRange } of state.dhcp.networks) {
      if (dynamicRange === null) continue;
      const last = toNumber(dynamicRange.end);
      for (let n = toNumber(dynamicRange.start); n <= last; n += 1) if (!state.taken.has(toText(n))) return toText(n);
    }
    return null;
  }

  /** Where machines of that address find the edge. */
  function edgeAddress(peer: string): string {
    const network = state.dhcp.networks.find((n) => parseCidr(n.cidr).holds(peer));
    return network?.address ?? network?.gateway ?? "127.0.0.1";
  }

  return {
    name,
    setDhcp(next) {
      state.dhcp = next;
      state.byMac = new Map(next.hosts.map((host) => [host.mac, host]));
      for (const [mac, lease] of state.leases) {
        const host = state.byMac.get(mac);
        if (host !== undefined ? host.ip !== lease.ip : lease.hostname !== null) state.leases.delete(mac);
      }
      state.taken = new Set([...[...state.leases.values()].map((l) => l.ip), ...next.hosts.map((h) => h.ip)]);
    },
    dhcp: () => ({ ...state.dhcp, leases: [...state.leases.values()] }),
    setUpstream(boot) {
      state.boot = boot;
    },
    upstream: () => state.boot,
    addressFor(mac) {
      const host = state.byMac.get(mac);
      const ip = host?.ip ?? dynamicAddress(mac);
      if (ip === null) return null;
      const expiresAt = new Date(Date.now() + LEASE_MS).toISOString();
      state.taken.add(ip);
      state.leases.set(mac, { mac, ip, hostname: host?.hostname ?? null, expiresAt });
      return ip;
    },
    bootRequest(asked) {
      const { boot } = state;
      if (boot === null) return Promise.reject(new Error("no controller has introduced itself yet"));
      return new Promise((resolve, reject) => {
        const onward = request({
          socketPath: boot.upstream,
          agent: asked.isDownload ? downloads : questions,
          method: asked.method,
          path: asked.path,
          signal: asked.signal,
          timeout: IDLE_TIMEOUT_MS,
          headers: {
            ...asked.headers,
            "x-berth-site": name,
            "x-berth-peer": asked.peer,
            "x-berth-tls": asked.isTls ? "1" : "0",
            "x-berth-local": `${edgeAddress(asked.peer)}:${asked.isTls ? 8443 : 8080}`,
            ...(asked.body === undefined
              ? {}
              : {
                  "content-type": "application/x-www-form-urlencoded",
                  "content-length": String(Buffer.byteLength(asked.body)),
                }),
          },
        });
        onward.once("response", resolve);
        onward.once("timeout", () => onward.destroy(new Error("no answer in time")));
        onward.once("error", reject);
        onward.end(asked.body);
      });
    },
    close() {
      questions.destroy();
      downloads.destroy();
    },
  };
}
