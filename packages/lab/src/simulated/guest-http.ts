import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Guest } from "./guest.ts";

/** The page that every simulated system serves on port 80. */
export interface GuestPages {
  serve(guest: Guest, socket: Duplex): void;
  close(): void;
}

export function guestPages(): GuestPages {
  const guestOf = new WeakMap<Duplex, Guest>();
  // One server without a listening socket: connections are handed to it.
  const server: Server = createServer((request, response) => {
    const guest = guestOf.get(request.socket);
    const values = [...(guest?.env ?? [])].map(([key, value]) => `<li>${escape(key)}=${escape(value)}</li>`);
    const name = escape(guest?.hostname ?? "nobody");
    response
      .writeHead(200, { "content-type": "text/html; charset=utf-8", connection: "close" })
      .end(`<!doctype html><title>${name}</title><h1>${name}</h1><ul>${values.join("")}</ul>\n`);
  });
  return {
    serve(guest, socket) {
      guestOf.set(socket, guest);
      server.emit("connection", socket);
    },
    close: () => server.closeAllConnections(),
  };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
