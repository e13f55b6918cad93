import { CodeBlock, CodeBlockCode, ExpandableSection } from "@patternfly/react-core";
import type { OutputOf } from "../../api/queries.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

type Run = OutputOf<"getService">["hooks"][number];

/** What each hook printed, the failed ones open. */
export function HookRuns({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <ul className="berth-hooks">
      {runs.map((run) => (
        <li key={`${run.name} ${run.server} ${run.at}`}>
          <HookRun run={run} />
        </li>
      ))}
    </ul>
  );
}

function HookRun({ run }: { readonly run: Run }) {
  const state = run.exitCode === null ? "running" : run.exitCode === 0 ? "done" : "failed";
  return (
    <>
      <div className="berth-hooks__head">
        <State value={state} />
        <strong>{run.name}</strong>
        {run.server !== "" && <span>{run.server}</span>}
        <span className="berth-muted">
          <When at={run.at} />
        </span>
        {state === "failed" && <span className="berth-bad">exit code {run.exitCode}</span>}
      </div>
      {run.output.trim() !== "" && (
        <ExpandableSection
          toggleText={`Output of ${run.name}${run.server === "" ? "" : ` on ${run.server}`}`}
          {...(state === "failed" ? { isExpanded: true } : {})}
        >
          <CodeBlock>
            <CodeBlockCode tabIndex={0} aria-label={`Output of ${run.name}`}>
              {run.output}
            </CodeBlockCode>
          </CodeBlock>
        </ExpandableSection>
      )}
    </>
  );
}
