import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { UsageError } from "../commands/usage-error.ts";
import { openTunnel } from "../guests/open-tunnel.ts";
import { readPort } from "../guests/port.ts";
import { say } from "../launch/failure.ts";

export function register(program: Command): void {
  program
    .command("forward <server> <ports>")
    .description("make a port of a server be a port of this computer, until Ctrl-C")
    .addHelpText(
      "after",
      "\nPORTS is LOCAL:REMOTE; a LOCAL of 0 takes any free one.\n\nExample:\n  berth forward shop-app-1 8080:80",
    )
    .action(forward);
}

async function forward(server: string, ports: string): Promise<void> {
  const [local, remote, ...more] = ports.split(":");
  if (local === undefined || remote === undefined || more.length > 0)
    throw new UsageError(`${ports} is not LOCAL:REMOTE, as in 8080:80`);
  const remotePort = readPort(remote);
  // Tried once before anything listens, so that a wrong name is said at once.
  (await openTunnel(server, remotePort)).destroy();

  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    openTunnel(server, remotePort)
      .then((connection) => Promise.all([pipeline(socket, connection), pipeline(connection, socket)]))
      .catch((error: Error) => {
        socket.destroy();
        if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") say(error.message);
      });
  });
  listener.listen({ host: "127.0.0.1", port: local === "0" ? 0 : readPort(local) });
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  console.log(`127.0.0.1:${port} is port ${remotePort} of ${server}; Ctrl-C ends it`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  process.exit();
}
