import { FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useState } from "react";
import { useApi } from "../../api/queries.ts";
import type { Widgets } from "../../kit/form-fields.tsx";
import type { WidgetProps } from "../../kit/plain-field.tsx";
import { SettingFields } from "./provider-fields.tsx";
import { initialSettings, type Setting, settingsOf, settingsToSend } from "./settings-rules.ts";

/** The fields "provider" and "settings" of a form: the second is drawn for what is chosen in the first. */
export function useProviderWidgets(manages: "machines" | "hosts", known?: string): Widgets {
  const { data } = useApi("listProviders", {}, { staleMs: Number.POSITIVE_INFINITY });
  const [chosen, setChosen] = useState<string | undefined>(known);
  const types = (data?.items ?? []).filter((item) => item.manages === manages);
  const schema = types.find(({ type }) => type === chosen)?.settings;
  return {
    provider: (props) => (
      <ProviderChoice
        {...props}
        types={types.map(({ type }) => type)}
        onChange={(type) => {
          setChosen(typeof type === "string" ? type : undefined);
          props.onChange(type);
        }}
      />
    ),
    settings: (props) =>
      schema === undefined ? (
        <span id={props.id} className="berth-muted">
          Choose a provider first.
        </span>
      ) : (
        <Settings key={chosen} {...props} settings={settingsOf(schema)} />
      ),
  };
}

function ProviderChoice({ id, value, isInvalid, onChange, types }: WidgetProps & { types: readonly string[] }) {
  return (
    <FormSelect
      id={id}
      value={String(value ?? "")}
      validated={isInvalid ? "error" : "default"}
      aria-describedby={`${id}-help`}
      onChange={(_, next) => onChange(next === "" ? undefined : next)}
    >
      <FormSelectOption value="" label="Choose" isPlaceholder />
      {types.map((type) => (
        <FormSelectOption key={type} value={type} label={type} />
      ))}
    </FormSelect>
  );
}

/** What is typed stays here as it is typed; the form gets what is sent. */
function Settings({ id, value, inside = [], onChange, settings }: WidgetProps & { settings: readonly Setting[] }) {
  const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const [values, setValues] = useState<Record<string, unknown>>({ ...initialSettings(settings), ...given });
  return (
    <div className="berth-stack" id={id}>
      <SettingFields
        id={id}
        settings={settings}
        values={values}
        problems={inside}
        onChange={(next) => {
          setValues(next);
          onChange(settingsToSend(settings, next));
        }}
      />
    </div>
  );
}
