import type { RequestInfo } from "@berth/api/request.ts";
import type { z } from "zod";

export type Request = z.output<typeof RequestInfo>;

/** `now` is where the request stands; what lies ahead is `next`. */
export type ChapterTone = "done" | "now" | "next" | "failed";

export interface Chapter {
  readonly id: "asked" | "priced" | "reserved" | "decided" | "start" | "deployed" | "result";
  readonly title: string;
  readonly tone: ChapterTone;
  /** Null for what has no moment of its own. */
  readonly at: string | null;
}

const UNDECIDED: readonly Request["state"][] = ["waiting"];
const ENDED_BADLY: readonly Request["state"][] = ["rejected", "withdrawn", "failed"];

/** A request from its asking to its end, in order; chapters that can't come any more are left out. */
export function storyOf(request: Request, now: Date): Chapter[] {
  const asked = (["asked", "priced", "reserved"] as const).map((id) => ({
    id,
    title: { asked: "Asked for", priced: "Priced", reserved: "Reserved" }[id],
    tone: "done" as const,
    at: request.createdAt,
  }));
  const startsLater = new Date(request.startsAt) > new Date(request.createdAt);
  const chapters: Chapter[] = [...asked, decision(request)];
  if (request.state === "rejected") return chapters;
  if (request.decidedAt === null && ENDED_BADLY.includes(request.state)) return [...chapters, result(request)];
  // A longer lease only moves a date.
  if (request.kind === "extension") return [...chapters, result(request)];
  if (startsLater) chapters.push(start(request, now));
  return [...chapters, deployment(request, now), result(request)];
}

function decision(request: Request): Chapter {
  const at = request.decidedAt;
  switch (request.state) {
    case "waiting":
      return { id: "decided", title: "Waits for approval", tone: "now", at: null };
    case "rejected":
      return { id: "decided", title: "Rejected", tone: "failed", at };
    case "withdrawn":
      return { id: "decided", title: "Withdrawn", tone: "failed", at };
    case "failed":
      return at === null
        ? { id: "decided", title: "Not approved in time", tone: "failed", at }
        : { id: "decided", title: "Approved", tone: "done", at };
    case "approved":
    case "deploying":
    case "active":
    case "parked":
    case "ended":
      return { id: "decided", title: "Approved", tone: "done", at };
  }
}

function start(request: Request, now: Date): Chapter {
  const begun = new Date(request.startsAt) <= now;
  const tone =
    request.state === "approved" && !begun ? "now" : begun && !UNDECIDED.includes(request.state) ? "done" : "next";
  return { id: "start", title: "Start date", tone, at: request.startsAt };
}

function deployment(request: Request, now: Date): Chapter {
  const base = { id: "deployed", at: null } as const;
  switch (request.state) {
    case "deploying":
      return { ...base, title: "Being deployed", tone: "now" };
    case "parked":
      return { ...base, title: "Stopped while it was deployed", tone: "failed" };
    case "active":
    case "ended":
      return { ...base, title: "Deployed", tone: "done" };
    case "failed":
      return { ...base, title: "Could not be deployed", tone: "failed" };
    case "withdrawn":
      return { ...base, title: "Taken back", tone: "failed" };
    case "approved":
      return { ...base, title: "Deployment", tone: new Date(request.startsAt) <= now ? "now" : "next" };
    case "waiting":
    case "rejected":
      return { ...base, title: "Deployment", tone: "next" };
  }
}

function result(request: Request): Chapter {
  const base = { id: "result", at: null } as const;
  switch (request.state) {
    case "active":
      return { ...base, title: request.kind === "extension" ? "The lease is longer" : "Runs", tone: "done" };
    case "ended":
      return { ...base, title: "Over: everything went back to its pool", tone: "done" };
    case "failed":
    case "withdrawn":
    case "rejected":
      return { ...base, title: "Everything it held was given back", tone: "failed" };
    case "waiting":
    case "approved":
    case "deploying":
    case "parked":
      return { ...base, title: "Ready to use", tone: "next" };
  }
}

/** What a request takes of its pool: machines whole, and of hosts what its virtual servers need. */
export function holdings(reserved: Request["reserved"]): {
  readonly physical: number;
  readonly virtual: number;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly storageGiB: number;
} {
  const virtual = reserved.filter((server) => server.kind === "virtual");
  return {
    physical: reserved.length - virtual.length,
    virtual: virtual.length,
    cores: sum(virtual, (server) => server.cores),
    memoryMiB: sum(virtual, (server) => server.memoryMiB),
    storageGiB: sum(virtual, (server) => sum(server.disks, (disk) => disk.sizeGiB)),
  };
}

export function countOfServers({ physical, virtual }: { physical: number; virtual: number }): string {
  const parts = [...(physical > 0 ? [`${physical} physical`] : []), ...(virtual > 0 ? [`${virtual} virtual`] : [])];
  if (parts.length === 0) return "no servers";
  return `${parts.join(" and ")} ${physical + virtual === 1 ? "server" : "servers"}`;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
