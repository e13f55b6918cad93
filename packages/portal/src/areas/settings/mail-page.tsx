import { Alert } from "@patternfly/react-core";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { ContractForm } from "../../kit/contract-form.tsx";
import { FormButton } from "../../kit/form-button.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { toast } from "../../kit/toasts.tsx";
import { MailTable } from "./mail-table.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

const ORDER = ["host", "port", "tls", "username", "password", "ca", "sender", "portalUrl"];

/** How mail is sent, and what has become of it. */
export function MailPage() {
  const settings = useApi("getMailSettings", {}, { staleMs: Number.POSITIVE_INFINITY });
  const mails = useApi("listMails", { query: { limit: 50 } });
  return (
    <Page title="Settings">
      <SettingsTabs />
      <div className="berth-stack">
        <Loaded query={settings}>
          {(data) => <MailForm key={data.version} settings={data} onReload={() => void settings.refetch()} />}
        </Loaded>
        <Panel title="Mails of the last 30 days">
          <Loaded query={mails}>{({ items }) => <MailTable mails={items} />}</Loaded>
        </Panel>
      </div>
    </Page>
  );
}

function MailForm({
  settings,
  onReload,
}: {
  readonly settings: OutputOf<"getMailSettings">;
  readonly onReload: () => void;
}) {
  const { version, hasPassword, host, ...rest } = settings;
  const isOff = host === null;
  const known = Object.entries({ host, ...rest }).filter(([, value]) => value !== null);
  return (
    <Panel
      title="Sending mail"
      actions={
        isOff ? undefined : (
          <>
            <FormButton
              label="Send a test mail"
              title="and hear what the server answers"
              operation="testMail"
              input={{}}
              onDone={(answer) => toast({ title: "The mail was sent", text: (answer as OutputOf<"testMail">).answer })}
            />
            <Actions
              subject={{ kind: "mail", name: "mail" }}
              allowed={["off"]}
              verbs={[
                {
                  verb: "off",
                  label: "Send no more",
                  operation: "deleteMailSettings",
                  input: {},
                  danger: true,
                  primary: false,
                  lost: "These settings, and what waits to be sent.",
                },
              ]}
            />
          </>
        )
      }
    >
      <div className="berth-stack">
        {isOff && (
          <Alert isInline variant="info" title="No mail is sent yet" component="h3">
            Say here through which server: approvers, requesters and owners are told by mail then.
          </Alert>
        )}
        {hasPassword && <p className="berth-muted">A password is kept. Leave the field empty to keep it.</p>}
        <ContractForm
          operation="putMailSettings"
          order={ORDER}
          initial={{ ifMatch: version, body: Object.fromEntries(known) }}
          onReload={onReload}
          onDone={() => toast({ title: "The mail settings are saved" })}
        />
      </div>
    </Panel>
  );
}
