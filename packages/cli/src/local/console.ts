import { once } from "node:events";
import { CONSOLE_CLOSE } from "@berth/api/console.ts";
import type { Command } from "commander";
import type { WebSocket } from "ws";
import { openClient } from "../commands/connection.ts";
import { EXIT } from "../commands/exit-codes.ts";
import { escapeReader } from "../consoles/escape-rules.ts";
import { openConsole } from "../consoles/open-console.ts";
import { say } from "../launch/failure.ts";

interface Options {
  readonly watch?: true;
  readonly machine?: true;
}

const HELP = `
The serial line begins with what was said on it before, where that is kept. Type at the start of a line:
  ~.   leave
  ~?   show these
  ~~   send one ~

Examples:
  berth console shop-app-1
  berth console enc1-bay1 --machine --watch`;

export function register(program: Command): void {
  program
    .command("console <server>")
    .description("show the serial line of a server in this terminal, and type on it")
    .option("--watch", "see it without typing")
    .option("--machine", "of a machine, by its name, whatever has landed on it")
    .addHelpText("after", HELP)
    .action(showConsole);
}

async function showConsole(name: string, { watch, machine }: Options): Promise<void> {
  const client = await openClient();
  const asked = { params: { id: name }, body: { kind: "serial" as const, watchOnly: watch === true } };
  const ticket = await (machine === true ? client.openMachineConsole(asked) : client.openServerConsole(asked));
  const socket = await openConsole(ticket);
  const closed = once(socket, "close") as Promise<[number, Buffer]>;
  say(`Console of ${name}. Leave it with Enter, then ~ and a full stop.`);
  socket.on("message", (data) => {
    // ws gives a binary message as one Buffer.
    if (process.stdout.write(data as Buffer)) return;
    socket.pause();
    process.stdout.once("drain", () => socket.resume());
  });
  const stopTyping = startTyping(socket);
  socket.resume();
  const [code, reason] = await closed;
  stopTyping();
  say("");
  if (code < CONSOLE_CLOSE.ended) return;
  say(reason.toString());
  process.exitCode = code === CONSOLE_CLOSE.ended ? EXIT.ok : EXIT.failed;
}

/** Key by key on a terminal, whose own line editing is switched off as long. */
function startTyping(socket: WebSocket): () => void {
  const { stdin } = process;
  const escapes = escapeReader();
  const onTyped = (typed: Buffer) => {
    // As latin1, so that bytes stay what they are; the escapes are ASCII.
    const { send, action } = escapes.read(typed.toString("latin1"));
    if (send !== "") socket.send(Buffer.from(send, "latin1"));
    if (action === "help") say(HELP.replaceAll("\n", "\r\n"));
    if (action === "leave") socket.close(1000);
  };
  const onEnd = () => socket.close(1000);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on("data", onTyped).once("end", onEnd);
  return () => {
    stdin.off("data", onTyped).off("end", onEnd);
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
    // What is typed ahead must not keep this process.
    stdin.unref();
  };
}
