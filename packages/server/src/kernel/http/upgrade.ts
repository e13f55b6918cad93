import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { ERROR_STATUS } from "@berth/api/errors.ts";
import type { AppError } from "../errors.ts";
import { toProblem } from "./problem.ts";

/** Takes a connection that asks to become something else than HTTP. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Answers a request for an upgrade as any other request that is refused. */
export function refuseUpgrade(socket: Duplex, error: AppError, requestId: string): void {
  const body = JSON.stringify(toProblem(error, requestId));
  const head = [
    `HTTP/1.1 ${ERROR_STATUS[error.code]} Refused`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(error.code === "unauthenticated" ? ['www-authenticate: Bearer realm="berth"'] : []),
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
