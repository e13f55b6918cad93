import { Alert, CodeBlock, CodeBlockCode } from "@patternfly/react-core";
import type { OutputOf } from "../../api/queries.ts";
import { Actions, type Verb } from "../../kit/actions.tsx";
import { failureOf } from "./progress-rules.ts";

type Operation = OutputOf<"getOperation">;

/** What went wrong, with its last log lines, and the doors that are open. */
export function RequestFailure({ operation, name }: { readonly operation: Operation; readonly name: string }) {
  const failure = failureOf(operation);
  const isOpen = operation.doors.length > 0;
  if (failure === null && !isOpen) return null;
  return (
    <Alert
      variant={isOpen ? "warning" : "danger"}
      isInline
      component="h3"
      title={isOpen ? "It stopped, and waits for you" : "It failed, and everything was undone"}
    >
      <div className="berth-stack">
        {failure !== null && (
          <>
            <p>
              <strong>Likely cause:</strong> {failure.cause}
              <br />
              <span className="berth-muted">
                {`In ${failure.where}`}
                {failure.attempts > 1 && `, after ${failure.attempts} attempts`}
              </span>
            </p>
            {failure.lines.length > 0 && (
              <CodeBlock>
                <CodeBlockCode tabIndex={0} aria-label="Last lines of the log">
                  {failure.lines.map((line) => `${line.at.slice(11, 19)}  ${line.message}`).join("\n")}
                </CodeBlockCode>
              </CodeBlock>
            )}
          </>
        )}
        {isOpen && <Doors operation={operation} name={name} />}
        {!isOpen && <p>Nothing of it is left. When the cause is mended, ask for the same again.</p>}
      </div>
    </Alert>
  );
}

function Doors({ operation, name }: { readonly operation: Operation; readonly name: string }) {
  const input = { params: { id: operation.id }, body: {} };
  const verbs: Verb[] = [
    { verb: "retry", label: "Retry from here", operation: "retryOperation", input, primary: true },
    {
      verb: "rollback",
      label: "Roll back",
      operation: "rollbackOperation",
      input,
      danger: true,
      primary: true,
      lost: "Everything that was made for this request so far.",
      kept: "The request with its story; you can ask for the same again.",
    },
    { verb: "accept", label: "Accept as it is", operation: "acceptOperation", input, primary: true },
  ];
  return <Actions subject={{ kind: "operation", name }} allowed={operation.doors} verbs={verbs} />;
}
