/** A `Range` header of one part (RFC 9110, 14.1.2). Null for none, and for what may be ignored: several parts, other units. */
export function readRange(
  header: string | undefined,
  total: number,
): { start: number; end: number } | "unsatisfiable" | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "")) return null;
  if (from === "")
    return Number(to) === 0 ? "unsatisfiable" : { start: Math.max(0, total - Number(to)), end: total - 1 };
  const start = Number(from);
  const end = to === "" ? total - 1 : Math.min(Number(to), total - 1);
  if (to !== "" && Number(to) < start) return null;
  return start >= total ? "unsatisfiable" : { start, end };
}
