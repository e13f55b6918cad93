// Read a row as: in this state these events are allowed, and this is where each leads.
const REQUEST_LIFECYCLE = {
  waiting: { approve: "approved", reject: "rejected", withdraw: "withdrawn", fail: "failed" },
  approved: { deploy: "deploying", withdraw: "withdrawn", fail: "failed" },
  deploying: { done: "active", withdraw: "withdrawn", fail: "failed" },
  active: { end: "ended" },
  rejected: {},
  withdrawn: {},
  failed: {},
  ended: {},
} as const satisfies Record<string, Record<string, string>>;

/** A longer lease is there as soon as it is approved. */
const EXTENSION_LIFECYCLE = {
  waiting: { approve: "approved", reject: "rejected", withdraw: "withdrawn", fail: "failed" },
  approved: {},
  rejected: {},
  withdrawn: {},
  failed: {},
} as const satisfies Record<string, Record<string, string>>;

export type RequestKind = "service" | "extension";
export type RequestState = keyof typeof REQUEST_LIFECYCLE;
export type RequestEvent = { [S in RequestState]: keyof (typeof REQUEST_LIFECYCLE)[S] }[RequestState];

/** The only way to change a request's state; null where the event is not allowed. */
export function nextRequestState(
  state: RequestState,
  event: RequestEvent,
  kind: RequestKind = "service",
): RequestState | null {
  const table: Partial<Record<RequestState, Partial<Record<RequestEvent, RequestState>>>> =
    kind === "service" ? REQUEST_LIFECYCLE : EXTENSION_LIFECYCLE;
  return table[state]?.[event] ?? null;
}

const SERVICE_LIFECYCLE = {
  reserved: { deploy: "deploying", release: "failed" },
  deploying: { done: "active", release: "failed" },
  active: { deactivate: "inactive", retire: "retiring" },
  inactive: { retire: "retiring" },
  retiring: { done: "retired" },
  retired: {},
  failed: {},
} as const satisfies Record<string, Record<string, string>>;

export type ServiceState = keyof typeof SERVICE_LIFECYCLE;
export type ServiceEvent = { [S in ServiceState]: keyof (typeof SERVICE_LIFECYCLE)[S] }[ServiceState];

export function nextServiceState(state: ServiceState, event: ServiceEvent): ServiceState | null {
  const row: Partial<Record<ServiceEvent, ServiceState>> = SERVICE_LIFECYCLE[state];
  return row[event] ?? null;
}

/** The tables, for the state diagrams in the docs. */
export function lifecycles() {
  return { request: REQUEST_LIFECYCLE, extension: EXTENSION_LIFECYCLE, service: SERVICE_LIFECYCLE };
}

/** `web#` completed with `shop` is `webshop`; members of a group of several get a number: `webshop1`, `webshop2`. */
export function hostnameOf(pattern: string, completion: string, ordinal: number, count: number): string {
  return pattern.replaceAll("#", count > 1 ? `${completion}${ordinal}` : completion);
}

const DAY_MS = 24 * 3600_000;
const WARN_BEFORE_MS = [7 * DAY_MS, DAY_MS] as const;

export interface LeaseMoment {
  readonly at: Date;
  readonly what: "warn" | "end";
}

/** The next thing that happens to a lease: warnings seven days and one day before, then its end. */
export function nextLeaseMoment(endsAt: Date, now: Date): LeaseMoment {
  for (const before of WARN_BEFORE_MS) {
    const at = new Date(endsAt.getTime() - before);
    if (at > now) return { at, what: "warn" };
  }
  return { at: endsAt, what: "end" };
}

/** Whole days that are paid for: a begun day counts. */
export function leaseDays(startsAt: Date, endsAt: Date): number {
  return Math.max(1, Math.ceil((endsAt.getTime() - startsAt.getTime()) / DAY_MS));
}
