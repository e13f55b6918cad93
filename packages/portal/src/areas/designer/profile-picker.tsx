import { FormSelect, FormSelectOption } from "@patternfly/react-core";
import type { WidgetProps } from "../../kit/plain-field.tsx";

/** Chooses one of the names that the document itself defines. */
export function ProfilePicker({ id, value, isInvalid, onChange, names }: WidgetProps & { names: readonly string[] }) {
  const chosen = typeof value === "string" ? value : "";
  return (
    <FormSelect
      id={id}
      value={chosen}
      validated={isInvalid ? "error" : "default"}
      onChange={(_, next) => onChange(next === "" ? undefined : next)}
    >
      <FormSelectOption value="" label="–" />
      {chosen !== "" && !names.includes(chosen) && <FormSelectOption value={chosen} label={`${chosen} (not there)`} />}
      {names.map((name) => (
        <FormSelectOption key={name} value={name} label={name} />
      ))}
    </FormSelect>
  );
}
