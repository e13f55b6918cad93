import type { ItemOf } from "../../api/queries.ts";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { State } from "../../kit/state.tsx";
import { Took, When } from "../../kit/when.tsx";
import { DOORS, isOpen } from "./door-rules.ts";

type Operation = ItemOf<"listOperations">;

const COLUMNS: readonly Column<Operation>[] = [
  { id: "title", title: "What", cell: ({ title }) => title, sort: "title", width: 3 },
  { id: "state", title: "State", cell: ({ state }) => <State value={state} /> },
  { id: "waitsFor", title: "Waits for", cell: ({ waitsFor }) => waitsFor ?? "" },
  { id: "error", title: "Why", cell: ({ error }) => error ?? "", width: 3 },
  { id: "createdAt", title: "Begun", cell: ({ createdAt }) => <When at={createdAt} />, sort: "createdAt" },
  {
    id: "took",
    title: "Took",
    cell: ({ startedAt, endedAt }) => (startedAt === null ? "" : <Took from={startedAt} to={endedAt} />),
    text: ({ startedAt, endedAt }) =>
      startedAt === null || endedAt === null ? "" : `${(Date.parse(endedAt) - Date.parse(startedAt)) / 1000} s`,
  },
  { id: "workflow", title: "Workflow", cell: ({ workflow }) => workflow, isExtra: true },
  { id: "subject", title: "About", cell: ({ subject }) => `${subject.kind} ${subject.id}`, isExtra: true },
];

const BULK: readonly BulkAction<Operation>[] = [
  ...DOORS.map(({ verb, label, operation, kept, lost }) => ({
    verb,
    label,
    operation,
    kept,
    lost,
    danger: lost !== undefined,
    input: ({ id }: Operation) => ({ params: { id }, body: {} }),
    reason: (one: Operation) => (isOpen(one, verb) ? null : "It does not wait for a person."),
  })),
  {
    verb: "cancel",
    label: "Cancel",
    operation: "cancelOperation",
    danger: true,
    lost: "What was done by now is undone.",
    input: ({ id }) => ({ params: { id }, body: {} }),
    reason: ({ ended }) => (ended ? "It has ended." : null),
  },
];

export function OperationsPage() {
  return (
    <ListPage
      title="Operations"
      operation="listOperations"
      columns={COLUMNS}
      filters={["busy", "state"]}
      groupBy={["state", "workflow"]}
      bulk={BULK}
      rowHref={({ id }) => hrefOf("operation", id)}
      empty={{
        title: "Nothing has been done yet",
        text: "Whatever takes longer than a moment is seen here while it runs, and afterwards.",
      }}
    />
  );
}
