import type { RequestInfo } from "@berth/api/request.ts";
import type { ServiceInfo } from "@berth/api/service.ts";
import type { z } from "zod";
import { endOfLease } from "../../kit/lease-words.ts";
import { durationText, relativeTime } from "../../kit/time-rules.ts";

export type Request = z.output<typeof RequestInfo>;
export type Service = z.output<typeof ServiceInfo>;

/** Something of one's own that needs a look, or will soon. */
export interface Due {
  readonly id: string;
  readonly kind: "request" | "service";
  readonly name: string;
  readonly tone: "danger" | "warning" | "info";
  readonly text: string;
}

const SOON_MS = 14 * 24 * 3_600_000;
/** Within this time a lease's end is a warning: its owner has had the first mail. */
const WARN_MS = 7 * 24 * 3_600_000;
const MINUTE_MS = 60_000;
const FAILURE_SHOWN_MS = 3 * 24 * 3_600_000;
const TONES = ["danger", "warning", "info"] as const;

/** What is due, the worst first, and of the same the sooner first. */
export function dueOf(requests: readonly Request[], services: readonly Service[], now: Date): Due[] {
  const found = [
    ...services.flatMap((service) => dueOfService(service, now)),
    ...requests.flatMap((request) => dueOfRequest(request, now)),
  ];
  return found
    .toSorted((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone) || a.atMs - b.atMs)
    .map(({ atMs: _, ...due }) => due);
}

type Found = Due & { readonly atMs: number };

function dueOfService(service: Service, now: Date): Found[] {
  const endsAt = new Date(service.endsAt);
  const left = endsAt.getTime() - now.getTime();
  if (service.state !== "active" || left > SOON_MS || left < 0) return [];
  const text = `Its lease ends ${relativeTime(endsAt.getTime(), now.getTime())}: ${endOfLease(service.leasePolicy)}.`;
  return [
    {
      id: service.id,
      kind: "service",
      name: service.name,
      tone: left <= WARN_MS && service.leasePolicy !== "ignore" ? "warning" : "info",
      text,
      atMs: endsAt.getTime(),
    },
  ];
}

function dueOfRequest(request: Request, now: Date): Found[] {
  const due = (tone: Due["tone"], text: string): Found[] => [
    { id: request.id, kind: "request", name: request.service, tone, text, atMs: Date.parse(request.createdAt) },
  ];
  const reason = request.reason ?? "no reason was given";
  switch (request.state) {
    case "parked":
      return due("danger", `It stopped, and waits for a person: ${reason}.`);
    case "failed":
      return isRecent(request, now) ? due("warning", `It failed: ${reason}.`) : [];
    case "rejected":
      return isRecent(request, now) ? due("warning", `It was rejected: ${reason}.`) : [];
    case "waiting":
      return due("info", waitingText(new Date(request.createdAt), now));
    case "approved":
      return due("info", `It is approved, and deploys ${deployText(new Date(request.startsAt), now)}.`);
    case "deploying":
      return due("info", "It is being deployed.");
    case "active":
    case "withdrawn":
    case "ended":
      return [];
  }
}

function isRecent(request: Request, now: Date): boolean {
  return now.getTime() - Date.parse(request.decidedAt ?? request.createdAt) <= FAILURE_SHOWN_MS;
}

function deployText(startsAt: Date, now: Date): string {
  return startsAt > now ? relativeTime(startsAt.getTime(), now.getTime()) : "any moment now";
}

function waitingText(since: Date, now: Date): string {
  const waitedMs = now.getTime() - since.getTime();
  if (waitedMs < MINUTE_MS) return "It waits for approval.";
  return `It has waited for approval for ${durationText(waitedMs)}.`;
}

export type HomePart = "due" | "approvals" | "pools" | "operations" | "templates" | "audit";

/** The parts of the home page of somebody with these roles, in order. Everybody has what is his own. */
export function homeParts(roles: readonly string[]): HomePart[] {
  const has = (...some: readonly string[]) =>
    roles.includes("administrator") || some.some((role) => roles.includes(role));
  return [
    ...(has("approver") ? ["approvals" as const] : []),
    "due",
    ...(has("operator") ? ["operations" as const] : []),
    "pools",
    ...(has("architect") ? ["templates" as const] : []),
    ...(has("auditor") ? ["audit" as const] : []),
  ];
}
