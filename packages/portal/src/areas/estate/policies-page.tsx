import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { EstateTabs } from "./estate-page.tsx";
import { ExplainBoot } from "./explain-boot.tsx";
import { ForOperators } from "./for-operators.tsx";

type Policy = ItemOf<"listBootPolicies">;

const ACTIONS = { inspect: "inspect it", wait: "boot nothing", disk: "boot its disk" } as const;

const COLUMNS: readonly Column<Policy>[] = [
  { id: "position", title: "Position", sort: "position", width: 0.5, cell: ({ position }) => position },
  { ...nameColumn<Policy>("policy") },
  textColumn("action", "Then", ({ action }) => ACTIONS[action]),
  textColumn("mac", "If the MAC begins with", ({ mac }) => mac),
  textColumn("model", "and the model is", ({ model }) => model),
  textColumn("serial", "and the serial number is", ({ serial }) => serial),
  createdColumn(),
];

const BULK: readonly BulkAction<Policy>[] = [
  {
    verb: "delete",
    label: "Delete",
    operation: "deleteBootPolicy",
    input: ({ name }) => ({ params: { name } }),
    danger: true,
    lost: "Machines that only these matched do as the next one says.",
  },
];

const ADD = (
  <ForOperators>
    <LinkButton to="/estate/add-policy">Add a policy</LinkButton>
  </ForOperators>
);

/** What idle machines boot from the network; and for one machine, why. */
export function PoliciesPage() {
  return (
    <ListPage
      title="Boot policies"
      operation="listBootPolicies"
      columns={COLUMNS}
      bulk={BULK}
      rowHref={({ name }) => hrefOf("policy", name)}
      actions={
        <>
          {ADD}
          <ExplainBoot />
        </>
      }
      empty={{
        title: "No policies",
        text: "Machines that serve nobody are inspected when they boot. A policy says otherwise, by what they are.",
        action: ADD,
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
