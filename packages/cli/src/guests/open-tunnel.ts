import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Duplex } from "node:stream";
import { ClientError, problemError } from "@berth/api/client-error.ts";
import { TUNNEL_PROTOCOL } from "@berth/api/guest.ts";
import { readConnection } from "../commands/connection.ts";

const MAX_PROBLEM_BYTES = 64 * 1024;

/** A connection to a port of a server, through the controller. */
export async function openTunnel(server: string, port: number): Promise<Duplex> {
  const { url, token } = await readConnection();
  const target = new URL(`/v1/servers/${encodeURIComponent(server)}/tunnel?port=${port}`, url);
  const ask = target.protocol === "https:" ? requestHttps : requestHttp;
  return await new Promise((resolve, reject) => {
    const asked = ask(target, {
      agent: false,
      headers: {
        connection: "Upgrade",
        upgrade: TUNNEL_PROTOCOL,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    asked.once("upgrade", (_response, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.once("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (chunk: Buffer) => {
        parts.push(chunk);
        if (parts.reduce((sum, part) => sum + part.length, 0) > MAX_PROBLEM_BYTES) response.destroy();
      });
      response.once("close", () => reject(refusal(Buffer.concat(parts).toString("utf8"), response.statusCode)));
    });
    asked.once("error", (cause) => {
      reject(new ClientError("unreachable", `Berth does not answer at ${target.origin}.`, { cause }));
    });
    asked.end();
  });
}

function refusal(text: string, status: number | undefined): ClientError {
  const known = problemError(parse(text));
  return known ?? new ClientError("unavailable", `Berth opened no tunnel: HTTP status ${status ?? "unknown"}.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
