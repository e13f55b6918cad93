import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { EstateTabs } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";

type Range = ItemOf<"listIdentityRanges">;

const COLUMNS: readonly Column<Range>[] = [
  { id: "name", title: "Name", sort: "name", cell: ({ name }) => name },
  textColumn("kind", "What", ({ kind }) => ({ mac: "MAC addresses", uuid: "UUIDs", serial: "Serial numbers" })[kind]),
  { id: "first", title: "First", cell: ({ first }) => <span className="berth-mono">{first}</span> },
  { id: "last", title: "Last", cell: ({ last }) => <span className="berth-mono">{last}</span> },
  { ...createdColumn<Range>(), isExtra: false },
];

const BULK: readonly BulkAction<Range>[] = [
  {
    verb: "delete",
    label: "Delete",
    operation: "deleteIdentityRange",
    input: ({ id }) => ({ params: { id } }),
    danger: true,
    kept: "Servers keep what they were given.",
    lost: "Nothing is given out of them any more.",
  },
];

const ADD = (
  <ForOperators>
    <LinkButton to="/estate/add/identity-range">Add a range</LinkButton>
  </ForOperators>
);

export function IdentityRangesPage() {
  return (
    <ListPage
      title="Identities"
      operation="listIdentityRanges"
      columns={COLUMNS}
      groupBy={["kind"]}
      bulk={BULK}
      actions={ADD}
      empty={{
        title: "No ranges of your own",
        text: "Servers are given MAC addresses, UUIDs and serial numbers out of ranges.",
        action: ADD,
      }}
    >
      <EstateTabs />
    </ListPage>
  );
}
