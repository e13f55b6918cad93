import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Guest, GuestBook } from "./guest.ts";

/** What simulated systems serve on the ports that their scripts named. */
export interface GuestPages {
  serve(guest: Guest, socket: Duplex): void;
  close(): void;
}

export function guestPages(guests: GuestBook): GuestPages {
  const guestOf = new WeakMap<Duplex, Guest>();
  // One server without a listening socket: connections are handed to it.
  const server: Server = createServer((request, response) => {
    const guest = guestOf.get(request.socket);
    const text = guest === undefined ? "" : pageOf(guest, guests);
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(text);
  });
  return {
    serve(guest, socket) {
      guestOf.set(socket, guest);
      server.emit("connection", socket);
    },
    close: () => server.closeAllConnections(),
  };
}

const ADDRESSES = /^BERTH_GROUP_([A-Z0-9_]+)_ADDRESSES$/;

/** Who it is, the values of its scripts, and whether the others that they name can be reached from here. */
function pageOf(guest: Guest, guests: GuestBook): string {
  const peers = [...guest.memory.env].flatMap(([name, value]) => {
    const group = ADDRESSES.exec(name)?.[1]?.toLowerCase();
    return group === undefined ? [] : value.split(" ").map((ip) => peerLine(group, ip, guests));
  });
  const values = [...guest.memory.env]
    .filter(([name]) => name.startsWith("BERTH_"))
    .map(([name, value]) => `${name}=${value}`);
  return [`host: ${guest.hostname} (simulated)`, ...peers, ...values, ""].join("\n");
}

function peerLine(group: string, ip: string, guests: GuestBook): string {
  const peer = guests.at(ip);
  if (peer === null) return `${group} ${ip}: no answer`;
  const request = peer.memory.env.get("BERTH_REQUEST_ID");
  return `${group} ${ip}: ${peer.hostname} answers${request === undefined ? "" : `, set up by request ${request}`}`;
}
