import { createWriteStream, renameSync, type WriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";

const MAX_LOG_BYTES = 1_000_000;
const MAX_READER_BACKLOG_BYTES = 1_000_000;
const HISTORY_BYTES = 64 * 1024;

export interface SerialHub {
  /** Follows a newly started QEMU; when that ends, so does what is connected here. */
  attach(path: string): void;
  close(): Promise<void>;
}

/**
 * QEMU gives a serial line to one reader; this gives it to any number, tells each what was said before since the start,
 * and keeps a log of at most two files of 1 MB.
 */
export async function startSerialHub(options: { socket: string; log: string }): Promise<SerialHub> {
  const readers = new Set<Socket>();
  const state: { line: Socket | null; history: Buffer; log: WriteStream; loggedBytes: number } = {
    line: null,
    history: Buffer.alloc(0),
    log: openLog(options.log),
    loggedBytes: 0,
  };

  await rm(options.socket, { force: true });
  const server = createServer((reader) => {
    readers.add(reader);
    reader.write(state.history);
    reader.on("data", (typed) => state.line?.write(typed));
    reader.on("error", () => {});
    reader.on("close", () => readers.delete(reader));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.socket, () => resolve());
  });

  function keep(text: Buffer): void {
    state.history = Buffer.concat([state.history, text]).subarray(-HISTORY_BYTES);
    if (state.loggedBytes > MAX_LOG_BYTES) {
      state.log.end();
      // The open stream goes on into the renamed file until it ends; the new one must not open before the name is free.
      renameSync(options.log, `${options.log}.1`);
      state.log = openLog(options.log);
      state.loggedBytes = 0;
    }
    state.loggedBytes += text.length;
    state.log.write(text);
    for (const reader of readers) {
      if (reader.writableLength < MAX_READER_BACKLOG_BYTES) reader.write(text);
      else reader.destroy();
    }
  }

  return {
    attach(path) {
      state.line?.destroy();
      const line = connect({ path });
      line.on("data", keep);
      line.on("error", () => {});
      line.once("close", () => {
        if (state.line !== line) return;
        for (const reader of readers) reader.end();
      });
      state.line = line;
      state.history = Buffer.alloc(0);
    },
    async close() {
      state.line?.destroy();
      for (const reader of readers) reader.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => state.log.end(() => resolve()));
    },
  };
}

function openLog(path: string): WriteStream {
  const log = createWriteStream(path, { flags: "a", mode: 0o600 });
  log.on("error", () => {});
  return log;
}
