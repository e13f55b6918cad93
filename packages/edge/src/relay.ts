import type { IncomingMessage } from "node:http";
import { BlockList, connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { reasonOf } from "./log.ts";

const MAX_OPEN = 2000;
const CONNECT_MS = 10_000;

/** Never a target: the edge's own machine, and addresses that lead nowhere or to everyone. */
// Two lists, since one list with the IPv4-mapped IPv6 addresses on it would refuse every IPv4 address.
const REFUSED = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [net, bits] of [
  ["127.0.0.0", 8],
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 3],
] as const) {
  REFUSED.ipv4.addSubnet(net, bits);
}
for (const [net, bits] of [
  ["::", 127],
  ["fe80::", 10],
  ["ff00::", 8],
  ["::ffff:0:0", 96],
] as const) {
  REFUSED.ipv6.addSubnet(net, bits, "ipv6");
}

/** `host:port` of a CONNECT, or the reason why it is refused. Names are refused: who asks has resolved them. */
export function readTarget(authority: string): { host: string; port: number } | { refused: string } {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([0-9.]{7,15})):(\d{1,5})$/.exec(authority);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  const family = host === undefined ? 0 : isIP(host);
  if (host === undefined || family === 0 || port < 1 || port > 65_535)
    return { refused: "the target must be an IP address and a port" };
  const kind = family === 6 ? "ipv6" : "ipv4";
  if (REFUSED[kind].check(host, kind)) return { refused: "the target is not one that an edge relays to" };
  return { host, port };
}

/** Answers CONNECT requests with raw TCP connections as seen from this site. */
export function createRelay(): {
  connect(request: IncomingMessage, client: Duplex, head: Buffer): void;
  close(): void;
} {
  const open = new Set<Socket>();
  return {
    connect(request, client, head) {
      client.on("error", () => client.destroy());
      const target = readTarget(request.url ?? "");
      if ("refused" in target) return refuse(client, 400, target.refused);
      if (open.size >= MAX_OPEN) return refuse(client, 503, "too many connections");
      const socket = connect({ ...target, allowHalfOpen: true, timeout: CONNECT_MS });
      open.add(socket);
      socket.once("close", () => {
        open.delete(socket);
        client.destroy();
      });
      client.once("close", () => socket.destroy());
      const fail = (reason: string) => {
        if (!client.writable) return;
        refuse(client, 502, reason);
        socket.destroy();
      };
      socket.once("timeout", () => fail("no answer in time"));
      const early = (error: Error) => fail(reasonOf(error));
      socket.once("error", early);
      socket.once("connect", () => {
        socket.setTimeout(0);
        socket.setNoDelay(true);
        socket.setKeepAlive(true, 30_000);
        socket.off("error", early);
        socket.on("error", () => client.destroy());
        client.write("HTTP/1.1 200 Connected\r\n\r\n");
        if (head.length > 0) socket.write(head);
        client.pipe(socket);
        socket.pipe(client);
      });
    },
    close() {
      for (const socket of open) socket.destroy();
    },
  };
}

function refuse(client: Duplex, status: number, reason: string): void {
  const text = reason.replace(/[^\x20-\x7e]/g, " ").slice(0, 200);
  client.end(
    `HTTP/1.1 ${status} ${text}\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
  );
}
