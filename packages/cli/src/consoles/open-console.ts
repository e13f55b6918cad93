import { once } from "node:events";
import { ClientError } from "@berth/api/client-error.ts";
import type { ConsoleTicket } from "@berth/api/console.ts";
import { WebSocket } from "ws";
import type { z } from "zod";
import { readConnection } from "../commands/connection.ts";

/** The WebSocket of a ticket, paused; the token goes in a header, as it does with every request. */
export async function openConsole(ticket: z.output<typeof ConsoleTicket>): Promise<WebSocket> {
  const { url, token } = await readConnection();
  const target = new URL(ticket.url, url);
  target.protocol = target.protocol === "https:" ? "wss:" : "ws:";
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(target, { headers, perMessageDeflate: false });
  // What the line says at once must find somebody.
  socket.once("open", () => socket.pause());
  const refused = new Promise<never>((_resolve, reject) => {
    socket.once("unexpected-response", (_asked, answer) => {
      reject(new ClientError("unavailable", `Berth did not open the console: HTTP status ${answer.statusCode}.`));
    });
    socket.on("error", (cause) =>
      reject(new ClientError("unreachable", `Berth does not answer at ${target.origin}.`, { cause })),
    );
  });
  refused.catch(() => {});
  await Promise.race([once(socket, "open"), refused]);
  return socket;
}
