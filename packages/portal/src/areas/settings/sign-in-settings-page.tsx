import { useApi } from "../../api/queries.ts";
import { ContractForm } from "../../kit/contract-form.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { toast } from "../../kit/toasts.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";
import { LdapPanel, OidcPanel } from "./sign-in-panels.tsx";

/** Where people sign in with an account that is kept elsewhere, and how long sessions last. */
export function SignInSettingsPage() {
  return (
    <Page title="Settings">
      <SettingsTabs />
      <div className="berth-stack">
        <SessionsPanel />
        <LdapPanel />
        <OidcPanel />
      </div>
    </Page>
  );
}

function SessionsPanel() {
  const settings = useApi("getSessionSettings", {}, { staleMs: Number.POSITIVE_INFINITY });
  return (
    <Panel title="Sessions">
      <Loaded query={settings}>
        {({ version, ...body }) => (
          <ContractForm
            key={version}
            operation="setSessionSettings"
            initial={{ body }}
            onDone={() => toast({ title: "Saved", text: "It holds for sessions that are opened from now on." })}
          />
        )}
      </Loaded>
    </Panel>
  );
}
