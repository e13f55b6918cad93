import { Button } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import type { ItemOf } from "../../api/queries.ts";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { money } from "../../kit/money.ts";
import { hrefOf } from "../../kit/paths.ts";
import { State } from "../../kit/state.tsx";
import { toast } from "../../kit/toasts.tsx";
import { When } from "../../kit/when.tsx";
import { NEW_TEMPLATE, writeDraft } from "./draft-store.ts";
import { importedText, openText } from "./text-files.ts";

type Template = ItemOf<"listTemplates">;

const COLUMNS: readonly Column<Template>[] = [
  { id: "name", title: "Name", sort: "name", cell: ({ name }) => name, width: 1.2 },
  { id: "title", title: "Title", cell: ({ title }) => title, width: 2 },
  {
    id: "published",
    title: "State",
    cell: ({ published }) => <State value={published ? "published" : "draft"} tone={published ? "good" : "waiting"} />,
    text: ({ published }) => (published ? "published" : "draft"),
  },
  { id: "version", title: "Version", cell: ({ version }) => version, width: 0.6 },
  { id: "servers", title: "Servers", cell: ({ servers }) => servers, width: 0.6 },
  {
    id: "price",
    title: "A day",
    cell: ({ price }) => money(price.perDay, price.currency),
    text: ({ price }) => price.perDay,
  },
  { id: "createdBy", title: "By", cell: ({ createdBy }) => createdBy },
  { id: "createdAt", title: "Changed", cell: ({ createdAt }) => <When at={createdAt} /> },
];

const BULK: readonly BulkAction<Template>[] = [
  {
    verb: "publish",
    label: "Publish",
    operation: "publishTemplate",
    input: ({ name }) => ({ params: { name }, body: {} }),
    reason: ({ published }) => (published ? "is published" : null),
  },
  {
    verb: "unpublish",
    label: "Take out of the catalogue",
    operation: "unpublishTemplate",
    input: ({ name }) => ({ params: { name }, body: {} }),
    reason: ({ published }) => (published ? null : "is not published"),
  },
  {
    verb: "delete",
    label: "Delete",
    operation: "deleteTemplate",
    input: ({ name }) => ({ params: { name } }),
    danger: true,
    kept: "Services that were made of them.",
    lost: "The templates with all their versions.",
    reason: ({ published }) => (published ? "is published" : null),
  },
];

/** All templates, published or not: where drawing begins. */
export function DesignerPage() {
  const navigate = useNavigate();
  const importFile = async () => {
    const file = await openText(".yaml,.yml,.ts,.js");
    if (file === null) return;
    const imported = importedText(file);
    if ("refused" in imported)
      return toast({ title: `${file.name} is no template`, text: imported.refused, tone: "danger" });
    writeDraft(NEW_TEMPLATE, { text: imported.text, base: 0, savedAt: new Date().toISOString() });
    void navigate({ to: `/designer/${NEW_TEMPLATE}` });
  };
  return (
    <ListPage
      title="Designer"
      operation="listTemplates"
      columns={COLUMNS}
      groupBy={["published"]}
      bulk={BULK}
      rowId={({ name }) => name}
      rowHref={({ name }) => hrefOf("design", name)}
      actions={
        <>
          <LinkButton to={`/designer/${NEW_TEMPLATE}`}>Draw a template</LinkButton>
          <Button variant="secondary" onClick={() => void importFile()}>
            Import a file
          </Button>
        </>
      }
      empty={{
        title: "No templates yet",
        text: "A template says which servers belong together, and what they need. Draw the first one.",
        action: <LinkButton to={`/designer/${NEW_TEMPLATE}`}>Draw a template</LinkButton>,
      }}
    />
  );
}
