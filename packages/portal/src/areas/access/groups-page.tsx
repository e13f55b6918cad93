import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, numberColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { AccessTabs } from "./access-tabs.tsx";

const COLUMNS: readonly Column<ItemOf<"listGroups">>[] = [
  nameColumn("group"),
  numberColumn("memberCount", "Members", ({ memberCount }) => memberCount),
  textColumn("external", "Name in the directory or token", ({ external }) => external),
  { ...createdColumn<ItemOf<"listGroups">>(), isExtra: false },
];

const ADD = <LinkButton to="/access/add/group">Make a group</LinkButton>;

export function GroupsPage() {
  return (
    <ListPage
      title="Groups"
      operation="listGroups"
      columns={COLUMNS}
      rowHref={({ name }) => hrefOf("group", name)}
      actions={ADD}
      empty={{ title: "No groups yet", text: "A group is given roles, and its members have them.", action: ADD }}
    >
      <AccessTabs />
    </ListPage>
  );
}
