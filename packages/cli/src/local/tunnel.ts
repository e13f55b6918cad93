import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { openTunnel } from "../guests/open-tunnel.ts";
import { readPort } from "../guests/port.ts";

export function register(program: Command): void {
  program
    .command("tunnel <server> <port>")
    .description("connect standard input and output to a port of a server, through the controller")
    .addHelpText("after", "\nExample:\n  ssh -o ProxyCommand='berth tunnel shop-app-1 22' berth@shop-app-1")
    .action(async (server: string, port: string) => {
      const connection = await openTunnel(server, readPort(port));
      await Promise.all([
        // Our input may end long before the other side has said everything.
        pipeline(process.stdin, connection),
        pipeline(connection, process.stdout),
      ]).catch((error: NodeJS.ErrnoException) => {
        // Whoever reads our output has gone, which is how every session ends.
        if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
      });
      process.exit();
    });
}
