import type { Readable } from "node:stream";

/** The end of a long output is where the reason of a failure stands. */
const TAIL_BYTES = 1024 * 1024;

/** Reads a stream and keeps the last bytes of it. */
export function tailOf(stream: Readable, limitBytes: number = TAIL_BYTES): { text(): string } {
  let kept: Buffer = Buffer.alloc(0);
  let isCut = false;
  let fresh: Buffer[] = [];
  let freshBytes = 0;

  const fold = () => {
    const all = Buffer.concat([kept, ...fresh]);
    isCut ||= all.length > limitBytes;
    kept = all.length > limitBytes ? Buffer.from(all.subarray(all.length - limitBytes)) : all;
    fresh = [];
    freshBytes = 0;
  };
  stream.on("data", (chunk: Buffer) => {
    fresh.push(chunk);
    freshBytes += chunk.length;
    // Folded seldom, so that much output costs little copying.
    if (freshBytes >= limitBytes) fold();
  });
  return {
    text() {
      fold();
      return isCut ? `… ${kept.toString("utf8")}` : kept.toString("utf8");
    },
  };
}
