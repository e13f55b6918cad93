import { Button, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useAct } from "../api/queries.ts";

/** Keeps shown code in the script library, to be changed, run again or scheduled there. */
export function SaveScript({ text }: { readonly text: string }) {
  const id = useId();
  const [name, setName] = useState("");
  const save = useAct("saveScript");
  const saved = save.data;
  const problem = save.error?.fields.find(({ field }) => field === "name")?.message ?? save.error?.message;
  if (saved !== undefined)
    return (
      <p role="status">
        Saved as version {saved.latest} of <Link to={`/scripts/${saved.name}`}>{saved.name}</Link>.
      </p>
    );
  return (
    <Form
      className="berth-save-script"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ params: { name }, body: { text } });
      }}
    >
      <FormGroup label="Save it in the script library as" fieldId={id}>
        <div className="berth-row">
          <TextInput
            id={id}
            value={name}
            onChange={(_, value) => setName(value)}
            validated={problem === undefined ? "default" : "error"}
            placeholder="nightly-report"
          />
          <Button type="submit" variant="secondary" isDisabled={name === "" || save.isPending}>
            Save
          </Button>
        </div>
        {problem !== undefined && (
          <FormHelperText>
            <HelperText>
              <HelperTextItem variant="error">{problem}</HelperTextItem>
            </HelperText>
          </FormHelperText>
        )}
      </FormGroup>
    </Form>
  );
}
