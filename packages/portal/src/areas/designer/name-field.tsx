import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from "@patternfly/react-core";
import { type KeyboardEvent, useEffect, useId, useState } from "react";

export interface NameFieldProps {
  readonly label: string;
  readonly value: string;
  /** Names that there are already, to choose from. */
  readonly known?: readonly string[];
  readonly problems: readonly string[];
  readonly onRename: (name: string) => void;
}

/** A name that others refer to: it is given when it is finished, by Enter or on leaving the field. */
export function NameField({ label, value, known = [], problems, onRename }: NameFieldProps) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const finish = () => {
    if (text !== "" && text !== value) onRename(text);
    else setText(value);
  };
  return (
    <FormGroup label={label} isRequired fieldId={id}>
      <TextInput
        id={id}
        value={text}
        autoComplete="off"
        list={known.length > 0 ? `${id}-known` : undefined}
        validated={problems.length > 0 ? "error" : "default"}
        onChange={(_, next) => setText(next)}
        onBlur={finish}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === "Enter") {
            event.preventDefault();
            finish();
          }
        }}
      />
      {known.length > 0 && (
        <datalist id={`${id}-known`}>
          {known.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
      {problems.length > 0 && (
        <FormHelperText>
          <HelperText>
            {problems.map((problem) => (
              <HelperTextItem key={problem} variant="error">
                {problem}
              </HelperTextItem>
            ))}
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
