import type { IncomingMessage } from "node:http";
import { type Duplex, pipeline } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";
import { type ConsoleKind, type Hardware, HardwareError } from "../hardware.ts";
import { CONSOLE_PROPERTY, ROOT } from "./resources.ts";

const PATH = new RegExp(`^${ROOT}/Systems/([^/]{1,200})/Oem/Berth/([A-Za-z]{1,50})$`);

/** WebSockets with the screen or the serial line of a system, as OpenBMC's management controllers have them. */
export function consoleSockets(
  hardwareOf: (id: string) => Hardware | null,
  mayEnter: (request: IncomingMessage) => boolean,
) {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const open = new Set<Duplex>();

  async function connect(request: IncomingMessage): Promise<Duplex | number> {
    if (!mayEnter(request)) return 401;
    const [, id = "", property] = PATH.exec(request.url ?? "") ?? [];
    const hardware = hardwareOf(id);
    const kind = kindOf(property);
    if (hardware === null || kind === null || !hardware.console.offers.includes(kind)) return 404;
    return await hardware.console.open(kind).catch((error: unknown) => {
      if (error instanceof HardwareError) return 503;
      throw error;
    });
  }

  return {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on("error", () => {});
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      connect(request).then(
        (line) => {
          if (typeof line === "number") return refuse(socket, line);
          sockets.handleUpgrade(request, socket, head, (webSocket) => {
            // Whichever side ends takes the other with it; there is nothing more to tell.
            const browser = createWebSocketStream(webSocket);
            pipeline(line, browser, () => browser.destroy());
            pipeline(browser, line, () => line.destroy());
          });
        },
        () => refuse(socket, 500),
      );
    },
    close(): void {
      for (const socket of open) socket.destroy();
      sockets.close();
    },
  };
}

function kindOf(property: string | undefined): ConsoleKind | null {
  if (property === CONSOLE_PROPERTY.vnc) return "vnc";
  return property === CONSOLE_PROPERTY.serial ? "serial" : null;
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
}
