import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import { When } from "../../kit/when.tsx";
import { scheduleWords } from "./script-rules.ts";

const NEW = (
  <LinkButton to="/new-script" variant="primary">
    New script
  </LinkButton>
);

/** The script library: one's own, and those that are shared. */
export function ScriptsPage() {
  return (
    <ListPage
      title="Scripts"
      operation="listScripts"
      actions={NEW}
      filters={[]}
      groupBy={["owner"]}
      rowHref={(script) => `/scripts/${script.name}`}
      columns={[
        { id: "name", title: "Name", cell: (script) => script.name, sort: "name", width: 2 },
        { id: "notes", title: "Notes", cell: (script) => script.notes, width: 2 },
        { id: "owner", title: "Owner", cell: (script) => script.owner },
        { id: "shared", title: "Seen by", cell: (script) => (script.shared ? "everybody" : "its owner") },
        { id: "latest", title: "Version", cell: (script) => script.latest },
        {
          id: "schedule",
          title: "Runs by itself",
          cell: (script) => scheduleWords(script.schedule),
          text: (script) => scheduleWords(script.schedule),
          width: 2,
        },
        {
          id: "lastRun",
          title: "Last run",
          cell: (script) => <When at={script.lastRun?.at ?? null} />,
          text: (script) => script.lastRun?.at ?? "",
        },
      ]}
      bulk={[
        {
          verb: "run",
          label: "Run",
          operation: "runScript",
          input: (script) => ({ params: { name: script.name }, body: {} }),
        },
        {
          verb: "delete",
          label: "Delete",
          operation: "deleteScript",
          input: (script) => ({ params: { name: script.name } }),
          danger: true,
          lost: "All versions of the selected scripts, and their schedules.",
          kept: "What they have done.",
        },
      ]}
      empty={{
        title: "No scripts yet",
        text: "Every form has a button “Show code”: save what it shows here, change it, run it again or let it run by itself.",
        action: NEW,
      }}
    />
  );
}
