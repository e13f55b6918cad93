/** The last so many bytes of what was said, in memory that is taken once: lines come byte by byte. */
export interface History {
  add(said: Buffer): void;
  all(): Buffer;
}

export function createHistory(maxBytes: number): History {
  const ring = Buffer.alloc(maxBytes);
  const state = { next: 0, isFull: false };
  return {
    add(said) {
      const kept = said.subarray(-maxBytes);
      const head = Math.min(kept.length, maxBytes - state.next);
      kept.copy(ring, state.next, 0, head);
      kept.copy(ring, 0, head);
      state.isFull ||= state.next + kept.length >= maxBytes;
      state.next = (state.next + kept.length) % maxBytes;
    },
    all() {
      const newer = ring.subarray(0, state.next);
      return state.isFull ? Buffer.concat([ring.subarray(state.next), newer]) : Buffer.from(newer);
    },
  };
}
