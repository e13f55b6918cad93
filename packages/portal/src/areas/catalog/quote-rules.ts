import type { NewRequest, Quote } from "@berth/api/request.ts";
import type { z } from "zod";
import { memoryText } from "../../kit/size-rules.ts";

export type Wish = z.input<typeof NewRequest>;
export type QuoteAnswer = z.output<typeof Quote>;

const DAY_MS = 24 * 3_600_000;
/** What stands for a field that is not filled in yet, so that a price can be told before a name is thought of. */
const PLACEHOLDERS = { service: "price-check", completion: "x", email: "nobody@example.org" };

/** The wish whose price is asked for while it is still being written; null while nothing can be said about it. */
export function quotable(template: string, draft: Partial<Wish>): Wish | null {
  if (draft.endsAt === undefined || draft.endsAt === "" || Number.isNaN(Date.parse(draft.endsAt))) return null;
  const { service, completion, email, pools, ...rest } = draft;
  return {
    ...rest,
    endsAt: draft.endsAt,
    template,
    service: isFilled(service) ? service : PLACEHOLDERS.service,
    completion: isFilled(completion) ? completion : PLACEHOLDERS.completion,
    email: isFilled(email) ? email : PLACEHOLDERS.email,
    ...(pools === undefined || pools.length === 0 ? {} : { pools }),
  };
}

const isFilled = (text: string | undefined): text is string => text !== undefined && text !== "";

/** A lease of two weeks, to the hour: what a form begins with. */
export function usualEnd(now: Date): string {
  const end = new Date(now.getTime() + 14 * DAY_MS);
  end.setMinutes(0, 0, 0);
  return end.toISOString();
}

export interface DateProblem {
  readonly field: "startsAt" | "endsAt";
  readonly message: string;
}

/** What is wrong with the dates by themselves; the rest is the API's to say. */
export function dateProblem(draft: Partial<Wish>, now: Date): DateProblem | null {
  const ends = Date.parse(draft.endsAt ?? "");
  if (Number.isNaN(ends)) return null;
  const starts = draft.startsAt === undefined ? now.getTime() : Date.parse(draft.startsAt);
  if (ends <= now.getTime()) return { field: "endsAt", message: "lies in the past" };
  if (ends <= starts) return { field: "endsAt", message: "must be later than the start" };
  return null;
}

/** What is free for the whole lease, in words: only of the kinds that the pool has at all. */
export function availabilityLines({ physical, virtual }: QuoteAnswer["availability"]): string[] {
  const lines: string[] = [];
  if (physical.total > 0) lines.push(`${physical.free} of ${physical.total} physical servers are free`);
  if (virtual.hosts > 0) {
    const cores = `${virtual.coresFree} of ${virtual.coresTotal} cores`;
    const memory = `${memoryText(virtual.memoryMiBFree)} of ${memoryText(virtual.memoryMiBTotal)} of memory`;
    lines.push(`${cores} and ${memory} are free on ${virtual.hosts} ${virtual.hosts === 1 ? "host" : "hosts"}`);
  }
  return lines;
}

const WEEK_MS = 7 * DAY_MS;

/** `free from Tuesday, 14:00`: by the day's name while that says which day is meant. */
export function freeFromWords(freeFrom: string | null, now: Date): string {
  if (freeFrom === null) return "No start was found at which it would fit.";
  const at = new Date(freeFrom);
  const options: Intl.DateTimeFormatOptions =
    at.getTime() - now.getTime() < WEEK_MS
      ? { weekday: "long", hour: "2-digit", minute: "2-digit" }
      : { day: "numeric", month: "long", year: "numeric" };
  return `Free from ${at.toLocaleString("en-GB", options)}.`;
}

/** Who will be asked, before anybody is. */
export function approvalWords({ outcome, rule }: QuoteAnswer["approval"]): string {
  const by = rule === null ? "" : `, by the rule ${rule}`;
  switch (outcome) {
    case "approve":
      return `It is approved by itself${by}.`;
    case "ask":
      return `An approver is asked${by}.`;
    case "webhook":
      return `An outside tool is asked${by}.`;
  }
}
