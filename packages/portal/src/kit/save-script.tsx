import { Button, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from "@patternfly/react-core";
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
  const submit = () => save.mutate({ params: { name }, body: { text } });
  // No form of its own: the code may be shown within one, and forms don't nest.
  return (
    <div className="berth-save-script">
      <FormGroup label="Save it in the script library as" fieldId={id}>
        <div className="berth-row">
          <TextInput
            id={id}
            value={name}
            onChange={(_, value) => setName(value)}
            validated={problem === undefined ? "default" : "error"}
            placeholder="nightly-report"
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              if (name !== "") submit();
            }}
          />
          <Button variant="secondary" isDisabled={name === "" || save.isPending} onClick={submit}>
            Save in the library
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
    </div>
  );
}
