import { useState } from "react";
import type { ItemOf, OutputOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, textColumn } from "../../kit/columns.tsx";
import { FormButton } from "../../kit/form-button.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { SecretDialog } from "../../kit/secret-dialog.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { AccessTabs } from "./access-tabs.tsx";

type User = ItemOf<"listUsers">;

export const SOURCES = { local: "a password here", ldap: "the directory", oidc: "the OpenID provider" } as const;

const COLUMNS: readonly Column<User>[] = [
  nameColumn("user"),
  textColumn("displayName", "Full name", ({ displayName }) => displayName),
  textColumn("role", "Role on everything", ({ role }) => role),
  {
    id: "enabled",
    title: "State",
    cell: ({ enabled }) => <State value={enabled ? "enabled" : "disabled"} />,
    text: ({ enabled }) => (enabled ? "enabled" : "disabled"),
  },
  textColumn("source", "Signs in by", ({ source }) => SOURCES[source]),
  textColumn("email", "Mail", ({ email }) => email),
  { id: "lastSignInAt", title: "Last signed in", cell: ({ lastSignInAt }) => <When at={lastSignInAt} /> },
  createdColumn(),
];

const on = ({ name }: User) => ({ params: { name } });
const BULK: readonly BulkAction<User>[] = [
  {
    verb: "disable",
    label: "Disable",
    operation: "disableUser",
    input: on,
    danger: true,
    reason: ({ enabled }) => (enabled ? null : "Is disabled already."),
    kept: "What they own.",
    lost: "Their sessions end, and their tokens work no more.",
  },
  {
    verb: "enable",
    label: "Enable",
    operation: "enableUser",
    input: on,
    reason: ({ enabled }) => (enabled ? "Is enabled already." : null),
  },
];

export function UsersPage() {
  const [made, setMade] = useState<OutputOf<"createUser"> | null>(null);
  return (
    <>
      <ListPage
        title="Users"
        operation="listUsers"
        columns={COLUMNS}
        groupBy={["role", "source", "enabled"]}
        bulk={BULK}
        rowHref={({ name }) => hrefOf("user", name)}
        actions={
          <FormButton
            isPrimary
            label="Add a user"
            title="without a password one is made"
            operation="createUser"
            input={{}}
            onDone={(answer) => setMade(answer as OutputOf<"createUser">)}
          />
        }
        empty={{
          title: "No users",
          text: "Add one, or let people sign in by a directory or an OpenID provider (Settings).",
        }}
      >
        <AccessTabs />
      </ListPage>
      {made !== null && made.password !== null && (
        <SecretDialog
          title={`The password of ${made.name}`}
          text="It was made for this user, and is shown this once. Hand it over on a safe way."
          secret={made.password}
          onClose={() => setMade(null)}
        />
      )}
    </>
  );
}
