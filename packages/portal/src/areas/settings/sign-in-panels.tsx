import type { AnyInput } from "@berth/api/client.ts";
import type { ClientError } from "@berth/api/client-error.ts";
import { Alert, Button, TextInput } from "@patternfly/react-core";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type InputOf, useAct, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { ContractForm } from "../../kit/contract-form.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { toast } from "../../kit/toasts.tsx";
import { StepReport } from "./step-report.tsx";

const ONCE = { staleMs: Number.POSITIVE_INFINITY };
const LDAP_ORDER = [
  "preset",
  "url",
  "startTls",
  "ca",
  "bindDn",
  "bindPassword",
  "base",
  "userFilter",
  "groupBase",
  "groupFilter",
];
const OIDC_ORDER = ["label", "issuer", "clientId", "clientSecret", "scopes", "nameClaim", "groupClaim"];

/** Sign-in by LDAP or Active Directory, with a test of what is typed. */
export function LdapPanel() {
  const ldap = useApi("getLdap", {}, ONCE);
  return (
    <WayPanel title="Directory (LDAP, Active Directory)" query={ldap} off="deleteLdap">
      {(data) => (
        <div className="berth-stack">
          {data?.hasBindPassword === true && (
            <p className="berth-muted">A bind password is kept. Leave the field empty to keep it.</p>
          )}
          <ContractForm
            key={data?.version ?? "new"}
            operation="setLdap"
            order={LDAP_ORDER}
            initial={{ body: data?.settings ?? {} }}
            onDone={() => toast({ title: "The directory is saved" })}
            aside={(input) => <LdapTest input={input} />}
          />
        </div>
      )}
    </WayPanel>
  );
}

/** Sign-in by an OpenID provider, likewise. */
export function OidcPanel() {
  const oidc = useApi("getOidc", {}, ONCE);
  return (
    <WayPanel title="OpenID Connect" query={oidc} off="deleteOidc">
      {(data) => (
        <div className="berth-stack">
          {data !== null && (
            <p>
              To be registered at the provider: <code className="berth-mono">{data.redirectUrl}</code>
            </p>
          )}
          {data?.hasClientSecret === true && (
            <p className="berth-muted">A client secret is kept. Leave the field empty to keep it.</p>
          )}
          <ContractForm
            key={data?.version ?? "new"}
            operation="setOidc"
            order={OIDC_ORDER}
            initial={{ body: data?.settings ?? {} }}
            onDone={() => toast({ title: "The provider is saved" })}
            aside={(input) => <OidcTest input={input} />}
          />
        </div>
      )}
    </WayPanel>
  );
}

interface WayPanelProps<T> {
  readonly title: string;
  readonly query: UseQueryResult<T, ClientError>;
  readonly off: "deleteLdap" | "deleteOidc";
  /** Null where it is not set up yet. */
  readonly children: (data: T | null) => ReactNode;
}

function WayPanel<T>({ title, query, off, children }: WayPanelProps<T>) {
  const isUnset = query.data === undefined && query.error?.code === "not_found";
  const turnOff = (
    <Actions
      subject={{ kind: "sign-in", name: title }}
      allowed={["off"]}
      verbs={[
        {
          verb: "off",
          label: "Turn off",
          operation: off,
          input: {},
          danger: true,
          primary: false,
          kept: "Its users, and what they own.",
          lost: "Their sessions end, and nobody signs in this way any more.",
        },
      ]}
    />
  );
  return (
    <Panel title={title} actions={isUnset ? undefined : turnOff}>
      {isUnset ? (
        <div className="berth-stack">
          <Alert isInline variant="info" title="Not set up: nobody signs in this way." component="h3" />
          {children(null)}
        </div>
      ) : (
        <Loaded query={query}>{(data) => children(data)}</Loaded>
      )}
    </Panel>
  );
}

type LdapSettings = NonNullable<NonNullable<InputOf<"testLdap">["body"]>["settings"]>;
type OidcSettings = NonNullable<NonNullable<InputOf<"testOidc">["body"]>["settings"]>;

function LdapTest({ input }: { readonly input: AnyInput }) {
  const test = useAct("testLdap");
  const [name, setName] = useState("");
  const ask = () => {
    // What is missing in it, Berth says by the field's name.
    const settings = input.body as LdapSettings;
    test.mutate({ body: { settings, ...(name === "" ? {} : { name }) } });
  };
  return (
    <div className="berth-stack">
      <TextInput
        aria-label="A user to look up"
        placeholder="a user to look up"
        value={name}
        onChange={(_, text) => setName(text.trim())}
      />
      <Button variant="secondary" isLoading={test.isPending} onClick={ask}>
        Test the directory
      </Button>
      <StepReport report={test.data} error={test.error} />
    </div>
  );
}

function OidcTest({ input }: { readonly input: AnyInput }) {
  const test = useAct("testOidc");
  return (
    <div className="berth-stack">
      <Button
        variant="secondary"
        isLoading={test.isPending}
        onClick={() => test.mutate({ body: { settings: input.body as OidcSettings } })}
      >
        Test the provider
      </Button>
      <StepReport report={test.data} error={test.error} />
    </div>
  );
}
