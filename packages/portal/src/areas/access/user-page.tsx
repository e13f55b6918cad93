import { useState } from "react";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Actions, type Verb } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { LinkButton, useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { SecretDialog } from "../../kit/secret-dialog.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { ACCESS } from "./access-tabs.tsx";
import { GrantsPanel } from "./grants-panel.tsx";
import { SessionTable } from "./session-table.tsx";
import { SOURCES } from "./users-page.tsx";

type User = OutputOf<"getUser">;

const CRUMBS = [ACCESS, { title: "Users", to: "/access/users" }];

export function UserPage() {
  const name = useParam("id");
  const user = useApi("getUser", { params: { name } });
  const sessions = useApi("listUserSessions", { params: { name } });
  const [password, setPassword] = useState<string | null>(null);
  return (
    <Loaded query={user}>
      {(data) => (
        <Page
          title={data.name}
          crumbs={CRUMBS}
          badge={<State value={data.enabled ? "enabled" : "disabled"} />}
          actions={
            <>
              <LinkButton to={`/access/edit/user/${encodeURIComponent(data.name)}`} variant="secondary">
                Edit
              </LinkButton>
              <Actions
                subject={{ kind: "user", name: data.name }}
                allowed={allowedFor(data)}
                refused={refusedFor(data)}
                verbs={verbsOf(data, setPassword)}
              />
            </>
          }
        >
          <div className="berth-stack">
            <Panel title="User">
              <Facts
                items={[
                  ["Full name", data.displayName],
                  ["Mail", data.email],
                  ["Role on everything", data.role],
                  ["Signs in by", SOURCES[data.source]],
                  ["Last signed in", <When key="seen" at={data.lastSignInAt} />],
                  ["Added", <When key="added" at={data.createdAt} />],
                ]}
              />
            </Panel>
            <GrantsPanel query={{ user: data.name }} title="Roles given to this user" add={{ user: data.name }} />
            <Panel title="Where this user is signed in">
              <Loaded query={sessions}>{({ items }) => <SessionTable sessions={items} />}</Loaded>
            </Panel>
          </div>
          {password !== null && (
            <SecretDialog
              title={`The new password of ${data.name}`}
              text="It is shown this once. Hand it over on a safe way."
              secret={password}
              onClose={() => setPassword(null)}
            />
          )}
        </Page>
      )}
    </Loaded>
  );
}

function allowedFor({ enabled, source }: User): string[] {
  return [enabled ? "disable" : "enable", "sign-out", ...(source === "local" ? ["reset-password"] : [])];
}

function refusedFor({ source }: User): Record<string, string> {
  return source === "local" ? {} : { "reset-password": `The password is kept by ${SOURCES[source]}.` };
}

function verbsOf({ name, enabled }: User, onPassword: (password: string | null) => void): Verb[] {
  const params = { name };
  return [
    enabled
      ? {
          verb: "disable",
          label: "Disable",
          operation: "disableUser",
          input: { params },
          danger: true,
          primary: true,
          kept: `What ${name} owns.`,
          lost: `All sessions of ${name} end, and the tokens work no more.`,
        }
      : { verb: "enable", label: "Enable", operation: "enableUser", input: { params }, primary: true },
    {
      verb: "reset-password",
      label: "Make a new password",
      operation: "resetPassword",
      input: { params, body: {} },
      danger: true,
      lost: `The password of ${name}, and all sessions.`,
      onDone: (answer) => onPassword((answer as OutputOf<"resetPassword">).password),
    },
    {
      verb: "sign-out",
      label: "End all sessions",
      operation: "revokeUserSessions",
      input: { params },
      danger: true,
      kept: "Tokens, and the password.",
      lost: `${name} has to sign in again.`,
    },
  ];
}
