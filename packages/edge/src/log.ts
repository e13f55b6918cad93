/** One JSON line on standard error: a constant sentence plus facts, as everywhere in Berth. */
export function log(level: "info" | "warn" | "error", message: string, facts: Record<string, unknown> = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...facts })}\n`);
}

/** What an unknown thrown thing says, for a log line or a caller's 502. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
