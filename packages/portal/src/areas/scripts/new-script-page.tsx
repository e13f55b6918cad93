import { Button, Checkbox, Form, FormGroup, TextInput } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAct } from "../../api/queries.ts";
import { Page } from "../../kit/page.tsx";
import { ProblemNote } from "../../kit/problem.tsx";
import { ShowCodeButton } from "../../kit/show-code.tsx";
import { TEMPLATE } from "./script-rules.ts";

const CRUMBS = [{ title: "Scripts", to: "/scripts" }];

/** Names a new script; it is written on its own page. */
export function NewScriptPage() {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [notes, setNotes] = useState("");
  const [shared, setShared] = useState(false);
  const save = useAct("saveScript", { onDone: (script) => void navigate({ to: `/scripts/${script.name}` }) });
  const isWrong = save.error?.fields.some(({ field }) => field === "name") === true;
  const input = { params: { name }, body: { text: TEMPLATE, notes, shared } };
  return (
    <Page title="New script" crumbs={CRUMBS}>
      <Form
        isWidthLimited
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(input);
        }}
      >
        {save.error !== null && <ProblemNote error={save.error} />}
        <FormGroup label="Name" isRequired fieldId="script-name">
          <TextInput
            id="script-name"
            isRequired
            value={name}
            placeholder="nightly-report"
            validated={isWrong ? "error" : "default"}
            onChange={(_, value) => setName(value)}
          />
        </FormGroup>
        <FormGroup label="Notes" fieldId="script-notes">
          <TextInput id="script-notes" value={notes} onChange={(_, value) => setNotes(value)} />
        </FormGroup>
        <Checkbox
          id="script-shared"
          label="Everybody who has signed in may read it"
          isChecked={shared}
          onChange={(_, isChecked) => setShared(isChecked)}
        />
        <div className="berth-row">
          <Button type="submit" isDisabled={name === "" || save.isPending} isLoading={save.isPending}>
            Write it
          </Button>
          <Button variant="link" onClick={() => void navigate({ to: "/scripts" })}>
            Cancel
          </Button>
          <ShowCodeButton operation="saveScript" input={input} />
        </div>
      </Form>
    </Page>
  );
}
