import type { ServerState } from "./rules.ts";

export type ServerVerb = "start" | "stop" | "restart" | "console";
export const SERVER_VERBS: readonly ServerVerb[] = ["start", "stop", "restart", "console"];

/** What decides about the verbs of a server. */
export interface ServerFooting {
  readonly state: ServerState;
  readonly mayOperate: boolean;
  /** Why its owner's policies forbid a verb; null where they do not, or do not count. */
  policy(verb: ServerVerb): string | null;
}

const NOT_YOURS = "it is another's: only its owner and operators may";

/** Why each verb is not possible now; null where it is. */
export function serverVerbs(footing: ServerFooting): Record<ServerVerb, string | null> {
  const why = (verb: ServerVerb) =>
    whyNot(verb, footing.state) ?? (footing.mayOperate ? null : NOT_YOURS) ?? footing.policy(verb);
  return { start: why("start"), stop: why("stop"), restart: why("restart"), console: why("console") };
}

function whyNot(verb: ServerVerb, state: ServerState): string | null {
  switch (state) {
    case "active":
      return verb === "start" ? "it is running already" : null;
    case "inactive":
      return verb === "start" ? null : "it is switched off";
    case "provisioning":
      // Somebody may want to watch how it is made.
      return verb === "console" ? null : "it is being made just now";
    case "defined":
    case "reserved":
      return "it is not made yet";
    case "retiring":
      return "it is being taken back";
    case "failed":
      return "it could not be made, or not be taken back";
    case "retired":
      return "it is gone";
  }
}
