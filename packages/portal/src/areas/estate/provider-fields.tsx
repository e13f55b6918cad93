import type { FieldProblem } from "@berth/api/errors.ts";
import {
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { fieldLabel } from "../../kit/form-rules.ts";
import type { Setting } from "./settings-rules.ts";

export interface SettingFieldsProps {
  readonly id: string;
  readonly settings: readonly Setting[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly FieldProblem[];
  /** Of what these are a part: `tls.`. */
  readonly above?: string;
  readonly onChange: (values: Record<string, unknown>) => void;
}

/** The settings of a provider, drawn from their schema. */
export function SettingFields({ id, settings, values, problems, above = "", onChange }: SettingFieldsProps) {
  return settings.map((setting) => {
    const path = `${above}${setting.name}`;
    const messages = problems.filter(({ field }) => field === path).map(({ message }) => message);
    const set = (value: unknown) => onChange({ ...values, [setting.name]: value });
    return (
      <SettingField
        key={setting.name}
        id={`${id}-${path}`}
        setting={setting}
        value={values[setting.name]}
        messages={messages}
        problems={problems}
        path={path}
        onChange={set}
      />
    );
  });
}

interface SettingFieldProps {
  readonly id: string;
  readonly setting: Setting;
  readonly value: unknown;
  readonly messages: readonly string[];
  readonly problems: readonly FieldProblem[];
  readonly path: string;
  readonly onChange: (value: unknown) => void;
}

function SettingField(props: SettingFieldProps) {
  const { id, setting, value, messages, problems, path, onChange } = props;
  const { field } = setting;
  const inner = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  if (field.kind === "group") {
    return (
      <fieldset className="berth-item">
        <legend>{fieldLabel(setting.name)}</legend>
        <SettingFields
          id={id}
          settings={field.fields}
          values={inner}
          problems={problems}
          above={`${path}.`}
          onChange={onChange}
        />
      </fieldset>
    );
  }
  if (field.kind === "variants") {
    const chosen = String(inner[field.by] ?? "");
    return (
      <fieldset className="berth-item">
        <legend>{fieldLabel(setting.name)}</legend>
        <FormGroup label={fieldLabel(field.by)} fieldId={id}>
          <FormSelect id={id} value={chosen} onChange={(_, next) => onChange({ [field.by]: next })}>
            {Object.keys(field.variants).map((name) => (
              <FormSelectOption key={name} value={name} label={name} />
            ))}
          </FormSelect>
          <Help id={`${id}-help`} messages={messages} text={setting.help} />
        </FormGroup>
        <SettingFields
          id={id}
          settings={field.variants[chosen] ?? []}
          values={inner}
          problems={problems}
          above={`${path}.`}
          onChange={onChange}
        />
      </fieldset>
    );
  }
  return (
    <FormGroup label={fieldLabel(setting.name)} isRequired={setting.isRequired} fieldId={id}>
      <PlainSetting {...props} />
      <Help id={`${id}-help`} messages={messages} text={setting.help} />
    </FormGroup>
  );
}

function PlainSetting({ id, setting, value, messages, onChange }: SettingFieldProps) {
  const { field } = setting;
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const common = {
    id,
    value: text,
    validated: messages.length > 0 ? ("error" as const) : ("default" as const),
    "aria-describedby": `${id}-help`,
    "aria-invalid": messages.length > 0,
  };
  const set = (_event: unknown, next: string) => onChange(next === "" ? undefined : next);
  switch (field.kind) {
    case "choice":
      return (
        <FormSelect {...common} onChange={set}>
          {!setting.isRequired && <FormSelectOption value="" label="–" />}
          {field.choices.map((choice) => (
            <FormSelectOption key={choice} value={choice} label={choice} />
          ))}
        </FormSelect>
      );
    case "number":
      return <TextInput {...common} type="number" onChange={set} />;
    case "text":
      if (field.isLong) return <TextArea {...common} className="berth-mono" autoResize onChange={set} />;
      return (
        <TextInput
          {...common}
          type={field.isSecret ? "password" : "text"}
          autoComplete={field.isSecret ? "new-password" : "off"}
          onChange={set}
        />
      );
    default:
      return null;
  }
}

function Help({ id, messages, text }: { id: string; messages: readonly string[]; text: string | null }) {
  return (
    <FormHelperText>
      <HelperText id={id}>
        {messages.map((message) => (
          <HelperTextItem key={message} variant="error">
            {message}
          </HelperTextItem>
        ))}
        {messages.length === 0 && text !== null && <HelperTextItem>{text}</HelperTextItem>}
      </HelperText>
    </FormHelperText>
  );
}
