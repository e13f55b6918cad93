import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Connections on which nothing was ever asked. Clients open them ahead, and Node's server does not count them as idle:
 * it would wait for them when it closes. Returns what cuts them.
 */
export function watchUnusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", (request) => void unused.delete(request.socket));
  return () => {
    for (const socket of unused) socket.destroy();
  };
}
