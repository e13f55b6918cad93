import type { Duplex } from "node:stream";

/** Takes so many bytes at a time from a stream, until it is released to be read by somebody else. */
export function byteReader(stream: Duplex) {
  const state = { held: Buffer.alloc(0), isOver: false, wake: () => {} };
  const onData = (chunk: Buffer) => {
    state.held = Buffer.concat([state.held, chunk]);
    stream.pause();
    state.wake();
  };
  const onOver = () => {
    state.isOver = true;
    state.wake();
  };
  const onError = () => onOver();
  stream.on("data", onData).on("error", onError).on("end", onOver).on("close", onOver);
  return {
    async take(bytes: number): Promise<Buffer> {
      while (state.held.length < bytes) {
        if (state.isOver) throw new Error("the connection ended in the middle of a greeting");
        await new Promise<void>((resolve) => {
          state.wake = resolve;
          stream.resume();
        });
      }
      const taken = state.held.subarray(0, bytes);
      state.held = state.held.subarray(bytes);
      return taken;
    },
    /** What was read beyond what was taken. */
    release(): Buffer {
      stream.pause();
      stream.off("data", onData).off("error", onError).off("end", onOver).off("close", onOver);
      return state.held;
    },
  };
}
