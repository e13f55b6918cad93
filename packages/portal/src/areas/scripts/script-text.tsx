import { Alert, Spinner } from "@patternfly/react-core";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useApi } from "../../api/queries.ts";

const CodeEditor = lazy(async () => ({ default: (await import("../../kit/code-editor.tsx")).CodeEditor }));

/** After the last keystroke: the compiler on the controller needs seconds. */
const QUIET_MS = 1_500;

export interface ScriptTextProps {
  readonly text: string;
  readonly isReadOnly?: boolean;
  readonly onChange: (text: string) => void;
}

/** A script as text, with what the compiler says of it at its lines. */
export function ScriptText({ text, isReadOnly = false, onChange }: ScriptTextProps) {
  const settled = useSettled(text);
  const check = useApi(
    "checkScript",
    { body: { text: settled } },
    { enabled: settled.trim() !== "", keepLast: true, staleMs: Number.POSITIVE_INFINITY },
  );
  const problems = check.data?.items;
  const marks = useMemo(
    () => (problems ?? []).map(({ line, message }) => ({ line, message, isError: true })),
    [problems],
  );
  const [first] = marks;
  return (
    <div className="scripts-text">
      <div className="scripts-text__editor">
        <Suspense fallback={<Spinner aria-label="Loading the editor" />}>
          <CodeEditor
            label="The script"
            language="typescript"
            text={text}
            marks={marks}
            isReadOnly={isReadOnly}
            onChange={onChange}
          />
        </Suspense>
      </div>
      <div role="status">
        {check.isFetching || settled !== text ? (
          <p className="berth-muted">Checking the types…</p>
        ) : first !== undefined ? (
          <Alert
            variant="warning"
            isInline
            component="h2"
            title={
              marks.length === 1 ? `Line ${first.line}` : `${marks.length} problems, the first in line ${first.line}`
            }
          >
            {first.message}
          </Alert>
        ) : (
          check.data !== undefined && <p className="berth-muted">The types are right.</p>
        )}
      </div>
    </div>
  );
}

/** The text, once nobody has changed it for a while. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), QUIET_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}
