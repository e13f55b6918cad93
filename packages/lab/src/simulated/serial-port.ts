import { Duplex } from "node:stream";
import type { Guest } from "./guest.ts";
import { guestPrompt, lineEditor } from "./guest-prompt.ts";

const HISTORY_CHARS = 64 * 1024;
const FIRMWARE = "Simulated firmware 1.0\r\n";

/** The serial line of a simulated computer. It is nothing while nobody listens, so that thousands cost nothing. */
export interface SerialPort {
  /** The computer is on; no system answers yet. */
  start(): void;
  /** A line of the firmware's or of a system that lets nobody in. */
  say(text: string): void;
  /** Its system is up, and lets people in. */
  up(guest: Guest): void;
  stop(): void;
  /** One end of the line: first what was said before. Null while the computer is off. */
  connect(): Duplex | null;
}

export function serialPort(): SerialPort {
  const state = {
    isOn: false,
    guest: null as Guest | null,
    /** Null until somebody listens: before that, what was said follows from the state. */
    history: null as string | null,
    listen: null as ((typed: Buffer) => void) | null,
    ends: new Set<Duplex>(),
  };

  function write(text: string): void {
    if (state.history === null) return;
    state.history = (state.history + text).slice(-HISTORY_CHARS);
    for (const end of state.ends) end.push(text);
  }

  /** As getty asks; whatever the name, the simulated system takes it without a password. */
  function askName(guest: Guest): void {
    write(`\r\nSimulated Linux 1.0 ${guest.hostname} ttyS0\r\n\r\n${guest.hostname} login: `);
    state.listen = lineEditor(write, {
      line: (name) => (name === "" ? askName(guest) : letIn(guest)),
      end: () => askName(guest),
    });
  }

  function letIn(guest: Guest): void {
    state.listen = guestPrompt(guest, {
      write,
      leave: () => {
        write("\r\nlogout\r\n");
        askName(guest);
      },
    });
  }

  function begin(): void {
    if (state.history !== null) return;
    state.history = "";
    write(FIRMWARE);
    if (state.guest !== null) askName(state.guest);
  }

  return {
    start() {
      Object.assign(state, { isOn: true, guest: null, listen: null });
      if (state.history !== null) write(FIRMWARE);
    },
    say: (text) => write(`${text}\r\n`),
    up(guest) {
      state.guest = guest;
      if (state.history !== null) askName(guest);
    },
    stop() {
      Object.assign(state, { isOn: false, guest: null, listen: null, history: null });
      for (const end of state.ends) end.push(null);
      state.ends.clear();
    },
    connect() {
      if (!state.isOn) return null;
      begin();
      const end: Duplex = new Duplex({
        read() {},
        write(typed: Buffer, _encoding, done) {
          state.listen?.(typed);
          done();
        },
        destroy(error, done) {
          state.ends.delete(end);
          done(error);
        },
      });
      end.push(state.history ?? "");
      state.ends.add(end);
      return end;
    },
  };
}
