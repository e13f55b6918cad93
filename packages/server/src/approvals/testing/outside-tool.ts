import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export interface Received {
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** A tool that webhooks are sent to, on the loopback; it checks them with the receivers' own library. */
export interface OutsideTool {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on; `never`: it takes the request and says nothing. */
  behave(how: number | "never"): void;
  close(): Promise<void>;
}

export async function startOutsideTool(): Promise<OutsideTool> {
  const received: Received[] = [];
  let how: number | "never" = 202;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      received.push({
        body: Buffer.concat(parts).toString("utf8"),
        headers: request.headers as Record<string, string>,
      });
      if (how !== "never") response.writeHead(how).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    behave: (next) => {
      how = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether the receivers' library takes the webhook for one that was signed with this secret. */
export function isSignedWith(secret: string, { body, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
