import { Duplex } from "node:stream";
import { createHistory, type History } from "./history.ts";
import { HISTORY_BYTES, WATCHER_BYTES } from "./rules.ts";

/** Ends a watcher who does not read what the line says. */
export class TooSlow extends Error {}

/**
 * A serial line is one, and a hypervisor gives it to one client; here it is given to any number. Each hears what was
 * said before, as far as it is kept. The line is opened for the first watcher, and closed after the last.
 */
export interface SerialLines {
  /** `open` is called where nobody watches the line yet. */
  watch(line: string, open: () => Promise<Duplex>): Promise<Duplex>;
  close(): void;
}

interface Line {
  readonly backend: Duplex;
  readonly watchers: Set<Watcher>;
  readonly history: History;
}

export function createSerialLines(): SerialLines {
  const lines = new Map<string, Promise<Line>>();

  function start(key: string, open: () => Promise<Duplex>): Promise<Line> {
    const starting = open().then((backend) => {
      const line: Line = { backend, watchers: new Set(), history: createHistory(HISTORY_BYTES) };
      backend.on("data", (said: Buffer) => hear(line, said));
      backend.on("error", () => {});
      backend.once("close", () => end(line));
      backend.once("end", () => end(line));
      return line;
    });
    const forget = () => {
      if (lines.get(key) === starting) lines.delete(key);
    };
    starting.then((line) => line.backend.once("close", forget).once("end", forget), forget);
    lines.set(key, starting);
    return starting;
  }

  return {
    async watch(key, open) {
      const starting = lines.get(key) ?? start(key, open);
      const line = await starting;
      // Closed while this one waited for it: a line that is gone is opened again by whoever asks again.
      const watcher = new Watcher(line.backend, () => {
        line.watchers.delete(watcher);
        if (line.watchers.size > 0) return;
        if (lines.get(key) === starting) lines.delete(key);
        line.backend.destroy();
      });
      line.watchers.add(watcher);
      watcher.hear(line.history.all());
      if (line.backend.destroyed || line.backend.readableEnded) watcher.hangUp();
      return watcher;
    },
    close() {
      for (const starting of lines.values()) starting.then((line) => line.backend.destroy()).catch(() => {});
    },
  };
}

function hear(line: Line, said: Buffer): void {
  line.history.add(said);
  for (const watcher of line.watchers) watcher.hear(said);
}

function end(line: Line): void {
  for (const watcher of line.watchers) watcher.hangUp();
}

/** One watcher's end of the line. */
class Watcher extends Duplex {
  readonly #line: Duplex;
  readonly #leave: () => void;

  constructor(line: Duplex, leave: () => void) {
    super();
    this.#line = line;
    this.#leave = leave;
  }

  hear(said: Buffer): void {
    // A history of nothing is nothing to hear.
    if (this.destroyed || said.length === 0) return;
    this.push(said);
    if (this.readableLength > WATCHER_BYTES) this.destroy(new TooSlow("the serial line says more than is read of it"));
  }

  hangUp(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  override _read(): void {}

  override _write(typed: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#line.destroyed || this.#line.write(typed)) {
      done();
      return;
    }
    const go = () => {
      this.#line.off("drain", go).off("close", go);
      done();
    };
    this.#line.on("drain", go).on("close", go);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#leave();
    done(error);
  }
}
