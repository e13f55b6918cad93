import type { NewRequest, Quote } from "@berth/api/request.ts";
import type { z } from "zod";

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
