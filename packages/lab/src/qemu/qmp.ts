import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";

/** QEMU Machine Protocol (docs/interop/qmp-spec in QEMU): one JSON object a line. */

const Message = z.union([
  z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).optional() }),
  z.object({ return: z.unknown(), id: z.number() }),
  z.object({ error: z.object({ class: z.string(), desc: z.string() }), id: z.number() }),
]);

export type QmpEvent = { event: string; data?: Record<string, unknown> | undefined };

export interface Qmp {
  execute(command: string, args?: Record<string, unknown>): Promise<unknown>;
  close(): void;
}

const ANSWER_DEADLINE_MS = 30_000;

/** `onEvent` gets everything that happens after the connection is made. */
export async function connectQmp(path: string, onEvent: (event: QmpEvent) => void): Promise<Qmp> {
  const socket = await open(path);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const state = { nextId: 1, closed: false };

  const lines = createInterface({ input: socket });
  lines.on("line", (line) => {
    const message = Message.safeParse(parsed(line));
    // The greeting is neither, and has nothing that we need.
    if (!message.success) return;
    if ("event" in message.data) return onEvent(message.data);
    const call = waiting.get(message.data.id);
    waiting.delete(message.data.id);
    if ("error" in message.data) call?.reject(new Error(`QEMU refused: ${message.data.error.desc}`));
    else call?.resolve(message.data.return);
  });
  // The interface passes on what goes wrong below it; either without a listener would end this process.
  lines.on("error", () => {});
  socket.on("error", () => {});
  socket.on("close", () => {
    state.closed = true;
    for (const call of waiting.values()) call.reject(new Error("QEMU ended"));
    waiting.clear();
  });

  function execute(command: string, args?: Record<string, unknown>): Promise<unknown> {
    if (state.closed) return Promise.reject(new Error("QEMU ended"));
    const id = state.nextId++;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`QEMU did not answer ${command}`));
      }, ANSWER_DEADLINE_MS);
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(late);
          then(value);
        };
      waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  await execute("qmp_capabilities");
  return { execute, close: () => socket.destroy() };
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
