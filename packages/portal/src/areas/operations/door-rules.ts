import type { OperationName } from "../../api/client.ts";

export interface DoorVerb {
  readonly verb: "retry" | "rollback" | "accept";
  readonly label: string;
  readonly operation: OperationName;
  readonly kept?: string;
  readonly lost?: string;
}

/** The three ways on from a failure. */
export const DOORS: readonly DoorVerb[] = [
  { verb: "retry", label: "Try again from here", operation: "retryOperation" },
  {
    verb: "rollback",
    label: "Roll back",
    operation: "rollbackOperation",
    lost: "Everything that it has done by now is taken back.",
    kept: "What was there before it began.",
  },
  {
    verb: "accept",
    label: "Accept as it is",
    operation: "acceptOperation",
    kept: "Everything that it has done by now. What is still missing is not done.",
  },
];

export function isOpen(operation: { readonly doors: readonly string[] }, verb: string): boolean {
  return operation.doors.includes(verb);
}
