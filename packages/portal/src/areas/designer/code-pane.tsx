import { isSame } from "@berth/sdk/json.ts";
import type { TextProblem } from "@berth/sdk/text-problem.ts";
import { printTypeScript } from "@berth/sdk/typescript-print.ts";
import { placeInTypeScript, readTypeScript } from "@berth/sdk/typescript-read.ts";
import { Spinner } from "@patternfly/react-core";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { Mark } from "../../kit/code-editor.tsx";
import type { LampLine } from "./lamp-rules.ts";
import type { Designer } from "./use-designer.ts";

const CodeEditor = lazy(async () => ({ default: (await import("../../kit/code-editor.tsx")).CodeEditor }));

export interface CodePaneProps {
  readonly designer: Designer;
  /** The line of the YAML text to show. */
  readonly line: number | null;
}

/** YAML and TypeScript of the same document, side by side, both to be edited. */
export function CodePane({ designer, line }: CodePaneProps) {
  const marks = useMemo(() => designer.lamp.lines.flatMap(yamlMark), [designer.lamp]);
  return (
    <Suspense fallback={<Spinner aria-label="Loading the editors" />}>
      <div className="designer-texts">
        <section className="designer-text" aria-label="YAML">
          <h2 className="designer-side-title">YAML</h2>
          <CodeEditor
            label="The template as YAML"
            language="yaml"
            text={designer.text}
            marks={marks}
            line={line}
            onChange={(text) => designer.write(text, "yaml")}
            undo={{ onUndo: designer.undo, onRedo: designer.redo }}
          />
        </section>
        <TypeScriptText designer={designer} />
      </div>
    </Suspense>
  );
}

function yamlMark({ line, text, isError }: LampLine): Mark[] {
  return line === null ? [] : [{ line, message: text, isError }];
}

/** What is typed stays as it is typed while it says what the document says, or can't be read yet. */
function TypeScriptText({ designer }: { readonly designer: Designer }) {
  const { value, lamp } = designer;
  const [text, setText] = useState(() => printTypeScript(value));
  const read = useMemo(() => readTypeScript(text), [text]);
  const problem = "problems" in read ? read.problems[0] : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what comes from elsewhere may replace what is typed
  useEffect(() => {
    if (!("value" in read) || !isSame(read.value, value)) setText(printTypeScript(value));
  }, [value]);
  const words = designer.syntax.length > 0 ? "Mend the YAML text first: it can't be read." : problemWords(problem);
  const marks = useMemo((): Mark[] => {
    if (problem !== null) return [{ line: problem.line, message: problem.message, isError: true }];
    return lamp.lines.map(({ path, text: message, isError }) => ({
      line: placeInTypeScript(text, path)?.line ?? 1,
      message,
      isError,
    }));
  }, [problem, lamp, text]);
  return (
    <section className="designer-text" aria-label="TypeScript">
      <h2 className="designer-side-title">TypeScript</h2>
      {words !== null && (
        <p className="designer-text__problem" role="status">
          {words}
        </p>
      )}
      <CodeEditor
        label="The template as TypeScript"
        language="typescript"
        text={text}
        marks={marks}
        onChange={(next) => {
          setText(next);
          const typed = readTypeScript(next);
          // Comments of the YAML text stay; while that can't be read, nothing is written over it.
          if ("value" in typed) designer.edit(() => typed.value, "typescript");
        }}
        undo={{ onUndo: designer.undo, onRedo: designer.redo }}
      />
    </section>
  );
}

function problemWords(problem: TextProblem | null): string | null {
  return problem === null ? null : `Line ${problem.line}, column ${problem.column}: ${problem.message}`;
}
