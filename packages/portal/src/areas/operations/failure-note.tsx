import type { OperationLogLine } from "@berth/api/operation.ts";
import { Alert } from "@patternfly/react-core";
import type { OutputOf } from "../../api/queries.ts";
import type { Row } from "./tree-rules.ts";

const LAST_LINES = 5;

export interface FailureNoteProps {
  readonly operation: OutputOf<"getOperation">;
  readonly failed: Row | null;
  readonly lines: readonly OperationLogLine[];
}

/** What went wrong and where, the last that was heard of it, and the ways on. */
export function FailureNote({ operation, failed, lines }: FailureNoteProps) {
  const isWaiting = operation.doors.length > 0;
  if (!isWaiting && operation.error === null) return null;
  const last = lines.filter((line) => failed === null || line.operationId === failed.operationId).slice(-LAST_LINES);
  return (
    <Alert
      variant={isWaiting ? "warning" : "danger"}
      isInline
      component="h2"
      title={isWaiting ? "It has stopped, and waits for a person" : "It did not work"}
    >
      {failed !== null && (
        <p>
          At <strong>{failed.name}</strong>: {failed.error ?? operation.error}
        </p>
      )}
      {failed === null && <p>{operation.error}</p>}
      {last.length > 0 && (
        <pre className="berth-log berth-log--short">{last.map((line) => line.message).join("\n")}</pre>
      )}
      {isWaiting && (
        <p>
          Three ways on: try again from where it stopped, once the cause is mended; roll back all that it has done; or
          accept things as they are. Nothing happens by itself.
        </p>
      )}
    </Alert>
  );
}
