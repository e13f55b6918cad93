import { Progress } from "@patternfly/react-core";
import { useMemo, useState } from "react";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Actions, type Verb } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { ObjectLink, useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { hrefOf, isObjectKind } from "../../kit/paths.ts";
import { Loaded, ProblemNote } from "../../kit/problem.tsx";
import { ShowCodeButton } from "../../kit/show-code.tsx";
import { State } from "../../kit/state.tsx";
import { durationText } from "../../kit/time-rules.ts";
import { Took, useNow, When } from "../../kit/when.tsx";
import { DOORS } from "./door-rules.ts";
import { FailureNote } from "./failure-note.tsx";
import "./operations.css";
import { OperationLog } from "./operation-log.tsx";
import { OperationTreeView } from "./operation-tree.tsx";
import { expectedPercent, failedRow, logOf, type Row, rowsOf } from "./tree-rules.ts";
import { useOperation } from "./use-operation.ts";

type Operation = OutputOf<"getOperation">;

const CRUMBS = [{ title: "Operations", to: "/operations" }];
/** What is usual changes slowly. */
const USUAL_STALE_MS = 5 * 60_000;

/** One operation, live: its tree of steps with times beside the usual ones, its log, and the ways on from a failure. */
export function OperationPage() {
  const id = useParam("id");
  const operation = useApi("getOperation", { params: { id } });
  const title = operation.data?.title ?? "Operation";
  const { data } = operation;
  return (
    <Page
      title={title}
      crumbs={CRUMBS}
      badge={data === undefined ? undefined : <State value={data.state} />}
      actions={data === undefined ? undefined : <OperationActions operation={data} />}
    >
      <Loaded query={operation}>{(loaded) => <OperationBody operation={loaded} />}</Loaded>
    </Page>
  );
}

function OperationActions({ operation }: { readonly operation: Operation }) {
  const input = { params: { id: operation.id }, body: {} };
  const verbs: Verb[] = [
    ...DOORS.map(({ verb, label, operation: name, kept, lost }) => ({
      verb,
      label,
      operation: name,
      input,
      kept,
      lost,
      danger: verb !== "retry",
      primary: operation.doors.includes(verb),
    })),
    {
      verb: "cancel",
      label: "Cancel",
      operation: "cancelOperation",
      input,
      danger: true,
      primary: operation.doors.length === 0 && !operation.ended,
      lost: "What it has done by now is undone, after the step that it is at.",
      kept: "What was there before it began.",
    },
  ];
  return (
    <>
      <ShowCodeButton operation="watchOperation" input={{ params: { id: operation.id } }} />
      <Actions
        subject={{ kind: "operation", name: operation.title }}
        allowed={operation.allowed}
        refused={operation.refused}
        verbs={verbs}
      />
    </>
  );
}

function OperationBody({ operation }: { readonly operation: Operation }) {
  const { tree, error } = useOperation(operation);
  const usual = useApi("usualDurations", { params: { id: operation.id } }, { staleMs: USUAL_STALE_MS });
  const [chosen, setChosen] = useState<string | null>(null);
  const rows = useMemo(() => rowsOf(tree, operation.id, usual.data?.items ?? []), [tree, operation.id, usual.data]);
  return (
    <>
      <FailureNote operation={operation} failed={failedRow(rows)} lines={tree.log} />
      {error !== null && <ProblemNote error={error} title="It can't be followed live" />}
      <Facts
        columns={3}
        items={[
          ["About", <Subject key="about" operation={operation} />],
          ["Begun", <When key="begun" at={operation.startedAt ?? operation.createdAt} />],
          [
            "Took",
            operation.startedAt === null ? null : <Took key="took" from={operation.startedAt} to={operation.endedAt} />,
          ],
          ["Waits for", operation.waitsFor],
          ["Workflow", operation.workflow],
          [
            "Part of",
            operation.parentId === null ? null : (
              <ObjectLink key="parent" kind="operation" id={operation.parentId}>
                the operation above
              </ObjectLink>
            ),
          ],
        ]}
      />
      <Expected operation={operation} whole={rows[0]?.usual ?? null} />
      <section>
        <h2 className="berth-heading">Steps</h2>
        <OperationTreeView rows={rows} chosen={chosen} onChoose={setChosen} />
        {!operation.complete && <p className="berth-muted">It has more parts than are shown here.</p>}
      </section>
      <section>
        <h2 className="berth-heading">Log{chosen === null ? "" : ` of ${tree.operations.get(chosen)?.title ?? ""}`}</h2>
        <OperationLog lines={logOf(tree, chosen)} />
      </section>
    </>
  );
}

/** How far it should be by now, as such operations go. */
function Expected({ operation, whole }: { readonly operation: Operation; readonly whole: Row["usual"] }) {
  const now = useNow();
  if (operation.state !== "running" || operation.startedAt === null) return null;
  const percent = expectedPercent(now - Date.parse(operation.startedAt), whole);
  if (percent === null || whole === null) return null;
  return (
    <Progress
      value={percent}
      title={`Usually done after ${durationText(whole.medianMs)}, by the last ${whole.runs} that went well`}
      size="sm"
    />
  );
}

function Subject({ operation }: { readonly operation: Operation }) {
  const { kind, id } = operation.subject;
  if (!isObjectKind(kind)) return `${kind} ${id}`;
  return <a href={hrefOf(kind, id)}>{kind}</a>;
}
