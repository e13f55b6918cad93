import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { ContractForm } from "../../kit/contract-form.tsx";
import { type Crumb, Page } from "../../kit/page.tsx";

export interface NewPolicyProps {
  readonly crumbs: readonly Crumb[];
  readonly order: readonly string[];
}

/** The name is in the address of the call, not in its body, so it has a field of its own above the form. */
export function NewPolicy({ crumbs, order }: NewPolicyProps) {
  const id = useId();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const back = () => void navigate({ to: "/estate/policies" });
  return (
    <Page title="Add a boot policy" crumbs={crumbs}>
      <div className="berth-stack">
        <FormGroup label="Name" isRequired fieldId={id}>
          <TextInput
            id={id}
            value={name}
            aria-describedby={`${id}-help`}
            onChange={(_, text) => setName(text.trim())}
          />
          <FormHelperText>
            <HelperText id={`${id}-help`}>
              <HelperTextItem>
                lower-case letters, digits and hyphens; a name that there is already is changed
              </HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
        {name !== "" && (
          <ContractForm
            key={name}
            operation="applyBootPolicy"
            order={order}
            initial={{ params: { name } }}
            onDone={back}
            onCancel={back}
          />
        )}
      </div>
    </Page>
  );
}
