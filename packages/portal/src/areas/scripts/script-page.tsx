import { Button, Label, Title } from "@patternfly/react-core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type OutputOf, useAct, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Loaded, ProblemNote } from "../../kit/problem.tsx";
import { toast } from "../../kit/toasts.tsx";
import { When } from "../../kit/when.tsx";
import { scheduleWords } from "./script-rules.ts";
import { ScriptText } from "./script-text.tsx";
import { scriptVerbs } from "./script-verbs.ts";
import "./scripts.css";

const CRUMBS = [{ title: "Scripts", to: "/scripts" }];

type Script = OutputOf<"getScript">;

/** One script: its text, its versions, and what it does by itself. */
export function ScriptPage() {
  const name = useParam("name");
  const navigate = useNavigate();
  const [version, setVersion] = useState<number | null>(null);
  const script = useApi(
    "getScript",
    { params: { name }, query: version === null ? {} : { version } },
    { keepLast: true },
  );
  const found = script.data;
  return (
    <Page
      title={name}
      crumbs={CRUMBS}
      badge={found?.shared === true ? <Label isCompact>shared</Label> : undefined}
      subtitle={found?.notes}
      actions={
        found === undefined ? undefined : (
          <Actions
            subject={{ kind: "script", name }}
            allowed={found.allowed}
            refused={found.refused}
            verbs={scriptVerbs(found, (href) => void navigate({ to: href }))}
          />
        )
      }
    >
      <Loaded query={script}>
        {(one) => (
          <div className="scripts-side">
            <Editor key={`${one.name}@${one.version}`} script={one} onSaved={() => setVersion(null)} />
            <Side script={one} onVersion={setVersion} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Editor({ script, onSaved }: { readonly script: Script; readonly onSaved: () => void }) {
  const [text, setText] = useState(script.text);
  const refusal = script.refused.save;
  const save = useAct("saveScript", {
    onDone: (answer) => {
      toast({ title: `${answer.name} is saved as version ${answer.latest}` });
      onSaved();
    },
  });
  const input = { params: { name: script.name }, body: { text, basedOn: script.latest } };
  return (
    <section aria-label="Text" className="berth-stack">
      <ScriptText text={text} isReadOnly={refusal !== undefined} onChange={setText} />
      {save.error !== null && <ProblemNote error={save.error} />}
      {refusal === undefined ? (
        <div>
          <Button
            onClick={() => save.mutate(input)}
            isDisabled={save.isPending || (text === script.text && script.version === script.latest)}
            isLoading={save.isPending}
          >
            {script.version === script.latest ? "Save as next version" : `Make version ${script.version} the newest`}
          </Button>
        </div>
      ) : (
        <p className="berth-muted">Not to be changed by you: {refusal}.</p>
      )}
    </section>
  );
}

function Side({ script, onVersion }: { readonly script: Script; readonly onVersion: (version: number) => void }) {
  const versions = useApi("listScriptVersions", { params: { name: script.name }, query: {} });
  const { lastRun } = script;
  return (
    <aside className="berth-stack" aria-label="About this script">
      <Facts
        columns={1}
        items={[
          ["Owner", script.owner],
          ["Runs by itself", scheduleWords(script.schedule)],
          ["Last run", lastRun === null ? null : <LastRun key={lastRun.operationId} {...lastRun} />],
        ]}
      />
      <Title headingLevel="h2" size="md">
        Versions
      </Title>
      <Loaded query={versions}>
        {({ items }) => (
          <ol className="pf-v6-c-list pf-m-plain" reversed>
            {items.map((one) => (
              <li key={one.id}>
                <Button
                  variant="link"
                  isInline
                  aria-current={one.version === script.version}
                  onClick={() => onVersion(one.version)}
                >
                  Version {one.version}
                </Button>{" "}
                by {one.by}, <When at={one.createdAt} />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </aside>
  );
}

function LastRun({ operationId, version, at }: NonNullable<Script["lastRun"]>) {
  return (
    <Link to={`/operations/${operationId}`}>
      version {version}, <When at={at} />
    </Link>
  );
}
