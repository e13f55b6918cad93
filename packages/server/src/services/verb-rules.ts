import type { RequestState, ServiceState } from "./rules.ts";

type Reasons = Readonly<Record<string, string | null>>;

/** What decides about the verbs of a request. */
export interface RequestFooting {
  readonly kind: "service" | "extension";
  readonly state: RequestState;
  /** Of the operation that delivers it. */
  readonly operation: string;
  readonly mayApprove: boolean;
  readonly mayOperate: boolean;
}

const NOT_YOURS = "it is another's: only its owner and operators may";

/** Why each verb is not possible now; null where it is. */
export function requestVerbs(footing: RequestFooting): Reasons {
  const { mayApprove, mayOperate } = footing;
  const approver = mayApprove ? null : "that is for approvers";
  const owner = mayOperate ? null : NOT_YOURS;
  const isParked = footing.operation === "parked" || footing.operation === "stuck";
  const door = isParked ? null : "nothing of it waits for a person";
  const rollback = footing.operation === "stuck" ? "it can't be undone further: try again, or accept it" : door;
  return {
    approve: whyNotDecide(footing) ?? approver,
    reject: whyNotDecide(footing) ?? approver,
    withdraw: whyNotWithdraw(footing) ?? owner,
    retry: whyNotRetry(footing) ?? owner,
    "retry-step": door ?? owner,
    rollback: rollback ?? owner,
    accept: door ?? owner,
  };
}

function whyNotDecide({ state }: RequestFooting): string | null {
  switch (state) {
    case "waiting":
      return null;
    case "approved":
    case "deploying":
    case "active":
    case "ended":
      return "it is approved already";
    case "rejected":
      return "it is rejected already";
    case "withdrawn":
      return "it was taken back";
    case "failed":
      return "it has failed: ask again";
  }
}

function whyNotWithdraw({ kind, state, operation }: RequestFooting): string | null {
  if (operation === "parked" || operation === "stuck") return "it waits for a person: retry, roll back or accept";
  switch (state) {
    case "waiting":
      return null;
    case "approved":
    case "deploying":
      return kind === "service" ? null : "the lease is longer already: make it shorter instead";
    case "active":
      return "the service is in use: delete the service instead";
    case "rejected":
    case "withdrawn":
    case "failed":
    case "ended":
      return "it has ended";
  }
}

function whyNotRetry({ kind, state }: RequestFooting): string | null {
  if (kind === "extension") return "ask for more time again at the service";
  switch (state) {
    case "rejected":
    case "withdrawn":
    case "failed":
    case "ended":
      return null;
    case "waiting":
      return "it waits for approval still";
    case "approved":
    case "deploying":
      return "it is being made still";
    case "active":
      return "its service is in use still";
  }
}

/** What decides about the verbs of a service. */
export interface ServiceFooting {
  readonly state: ServiceState;
  readonly mayOperate: boolean;
  /** Why its owner's policies forbid it; null where they do not, or do not count. */
  readonly policy: { readonly extend: string | null; readonly delete: string | null };
  /** A longer lease that waits for approval. */
  readonly waitsUntil: string | null;
}

export function serviceVerbs(footing: ServiceFooting): Reasons {
  const owner = footing.mayOperate ? null : NOT_YOURS;
  return {
    extend: whyNotExtend(footing) ?? owner ?? footing.policy.extend,
    delete: whyNotDelete(footing) ?? owner ?? footing.policy.delete,
  };
}

function whyNotExtend({ state, waitsUntil }: ServiceFooting): string | null {
  switch (state) {
    case "active":
      return waitsUntil === null ? null : `a lease until ${waitsUntil} waits for approval already`;
    case "inactive":
      return "its lease has ended, and its machines went back";
    case "reserved":
    case "deploying":
      return "it is not in use yet";
    case "retiring":
    case "retired":
      return "it is being taken back, or gone";
    case "failed":
      return "nothing was made of it";
  }
}

function whyNotDelete({ state }: ServiceFooting): string | null {
  switch (state) {
    case "reserved":
    case "deploying":
    case "active":
    case "inactive":
    // Again, where an earlier attempt was given up.
    case "retiring":
      return null;
    case "retired":
      return "nothing is left of it";
    case "failed":
      return "nothing was made of it";
  }
}
