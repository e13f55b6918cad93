/** How many backends a pass asks at once: a site's controllers share one relay. */
export const AT_ONCE = 16;
/** How many a pass looks at: those seen longest ago. A pass is over in time, however large the estate is. */
export const PER_PASS = 1_000;

/** Does the work for each item, several at a time, and never stops at one that fails. */
export async function forEachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
}
