import { useState } from "react";
import type { ItemOf, OutputOf } from "../../api/queries.ts";
import { createdColumn, textColumn } from "../../kit/columns.tsx";
import { FormButton } from "../../kit/form-button.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { SecretDialog } from "../../kit/secret-dialog.tsx";
import { State } from "../../kit/state.tsx";
import { AccessTabs } from "./access-tabs.tsx";
import { RULE_FORM } from "./nouns.tsx";
import { matchWords } from "./policy-rules.ts";

type Rule = ItemOf<"listApprovalRules">;
const OUTCOMES = { approve: "approved by itself", ask: "people decide", webhook: "an outside tool decides" } as const;
const TONES = { approve: "good", ask: "idle", webhook: "busy" } as const;

const COLUMNS: readonly Column<Rule>[] = [
  { id: "order", title: "Order", sort: "order", width: 0.5, cell: ({ order }) => order },
  { id: "name", title: "Name", sort: "name", cell: ({ name }) => name },
  { ...textColumn<Rule>("match", "If it is", matchWords), width: 2 },
  {
    id: "outcome",
    title: "Then",
    cell: ({ outcome }) => <State value={OUTCOMES[outcome]} tone={TONES[outcome]} />,
    text: ({ outcome }) => OUTCOMES[outcome],
  },
  textColumn("webhookUrl", "Outside tool", ({ webhookUrl }) => webhookUrl),
  createdColumn(),
];

const BULK: readonly BulkAction<Rule>[] = [
  {
    verb: "delete",
    label: "Delete",
    operation: "deleteApprovalRule",
    input: ({ id }) => ({ params: { id } }),
    danger: true,
    kept: "What was asked because of them goes on.",
    lost: "Requests that only these fit are decided by people.",
  },
];

/** How requests are approved: rules are tried from the smallest order, and the first that fits decides. */
export function ApprovalRulesPage() {
  const [made, setMade] = useState<OutputOf<"createApprovalRule"> | null>(null);
  const add = (
    <FormButton
      isPrimary
      label="Add a rule"
      title="the first that fits a request decides"
      operation="createApprovalRule"
      input={{}}
      order={RULE_FORM.order}
      widgets={RULE_FORM.widgets}
      onDone={(answer) => setMade(answer as OutputOf<"createApprovalRule">)}
    />
  );
  return (
    <>
      <ListPage
        title="Approval rules"
        operation="listApprovalRules"
        columns={COLUMNS}
        groupBy={["outcome"]}
        bulk={BULK}
        rowHref={({ id }) => `/access/edit/approval-rule/${id}`}
        actions={add}
        empty={{
          title: "People decide everything",
          text: "A rule lets requests be approved by themselves, or by an outside tool.",
        }}
      >
        <AccessTabs />
      </ListPage>
      {made !== null && made.webhookSecret !== null && (
        <SecretDialog
          title={`What the webhooks of ${made.name} are signed with`}
          text="It is shown this once. The outside tool needs it to know that a webhook is Berth's."
          secret={made.webhookSecret}
          onClose={() => setMade(null)}
        />
      )}
    </>
  );
}
