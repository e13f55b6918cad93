/** Lets so many through in a minute, spread over it after the first burst. */
export function createPace(perMinute: number, now: () => number = () => performance.now()): { take(): boolean } {
  const state = { left: perMinute, at: now() };
  return {
    take() {
      const at = now();
      state.left = Math.min(perMinute, state.left + ((at - state.at) * perMinute) / 60_000);
      state.at = at;
      if (state.left < 1) return false;
      state.left -= 1;
      return true;
    },
  };
}
