import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { AccessTabs } from "./access-tabs.tsx";

const COLUMNS: readonly Column<ItemOf<"listProjects">>[] = [
  nameColumn("project"),
  textColumn("notes", "Notes", ({ notes }) => notes),
  { ...createdColumn<ItemOf<"listProjects">>(), isExtra: false },
];

const ADD = <LinkButton to="/access/add/project">Make a project</LinkButton>;

export function ProjectsPage() {
  return (
    <ListPage
      title="Projects"
      operation="listProjects"
      columns={COLUMNS}
      rowHref={({ name }) => hrefOf("project", name)}
      actions={ADD}
      empty={{
        title: "No projects yet",
        text: "Services may belong to a project: who has a role on it sees them.",
        action: ADD,
      }}
    >
      <AccessTabs />
    </ListPage>
  );
}
