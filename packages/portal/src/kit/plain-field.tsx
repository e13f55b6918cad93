import type { FieldProblem } from "@berth/api/errors.ts";
import type { Field, Shape } from "@berth/api/fields.ts";
import { Checkbox, FormSelect, FormSelectOption, TextArea, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { MapField } from "./map-field.tsx";
import { AddButton, RemoveButton } from "./row-buttons.tsx";
import { fromLocalInput, toLocalInput } from "./time-rules.ts";

/** What a widget gets instead of the field that would be drawn for the contract. */
export interface WidgetProps {
  readonly id: string;
  readonly field: Field;
  readonly value: unknown;
  readonly isInvalid: boolean;
  /** What is wrong inside, by the path from here; for widgets that draw several fields. */
  readonly inside?: readonly FieldProblem[];
  readonly onChange: (value: unknown) => void;
}

interface PlainProps extends WidgetProps {
  readonly shape: Shape;
  readonly label: string;
}

/** The input for a field that is neither an object nor a list of them. */
export function PlainField(props: PlainProps) {
  const { shape, id, field, value, isInvalid, onChange, label } = props;
  const described = { "aria-describedby": `${id}-help`, "aria-invalid": isInvalid };
  const validated = isInvalid ? "error" : "default";
  switch (shape.kind) {
    case "boolean":
      return (
        <Checkbox
          id={id}
          label={label}
          description={field.description ?? undefined}
          isChecked={value === true}
          onChange={(_, isChecked) => onChange(isChecked)}
        />
      );
    case "choice":
      return (
        <FormSelect
          id={id}
          value={String(value ?? "")}
          validated={validated}
          {...described}
          onChange={(_, next) => onChange(next === "" ? undefined : next)}
        >
          {!field.required && <FormSelectOption value="" label="–" />}
          {field.required && value === undefined && <FormSelectOption value="" label="Choose" isPlaceholder />}
          {shape.choices.map((choice) => (
            <FormSelectOption key={choice} value={choice} label={choice} />
          ))}
        </FormSelect>
      );
    case "number":
      return (
        <TextInput
          id={id}
          type="number"
          step={shape.integer ? 1 : "any"}
          value={typeof value === "number" ? value : ""}
          validated={validated}
          {...described}
          onChange={(_, text) => onChange(text === "" ? undefined : Number(text))}
        />
      );
    case "text":
      return <TextField {...props} shape={shape} />;
    case "list":
      return <TextListField {...props} item={shape.item} />;
    case "map":
      return <MapField id={id} value={value} shape={shape.value} onChange={onChange} />;
    case "json":
    case "object":
      return <JsonField {...props} />;
  }
}

function TextField({
  id,
  field,
  value,
  isInvalid,
  onChange,
  shape,
}: PlainProps & { shape: { format: string | null } }) {
  const described = { "aria-describedby": `${id}-help`, "aria-invalid": isInvalid };
  const validated = isInvalid ? "error" : "default";
  if (shape.format === "date-time") {
    return (
      <TextInput
        id={id}
        type="datetime-local"
        value={typeof value === "string" ? toLocalInput(value) : ""}
        validated={validated}
        {...described}
        onChange={(_, text) => onChange(fromLocalInput(text))}
      />
    );
  }
  const text = typeof value === "string" ? value : "";
  if (LONG_TEXTS.test(field.name)) {
    return (
      <TextArea
        id={id}
        value={text}
        validated={validated}
        autoResize
        resizeOrientation="vertical"
        {...described}
        onChange={(_, next) => onChange(next === "" ? undefined : next)}
      />
    );
  }
  return (
    <TextInput
      id={id}
      type={SECRET_TEXTS.test(field.name) ? "password" : shape.format === "email" ? "email" : "text"}
      autoComplete={SECRET_TEXTS.test(field.name) ? "new-password" : "off"}
      value={text}
      validated={validated}
      {...described}
      onChange={(_, next) => onChange(next === "" ? (field.nullable ? null : undefined) : next)}
    />
  );
}

const LONG_TEXTS = /^(?:notes|script|document|yaml|text|publicKey|certificate|ca)$/;
const SECRET_TEXTS = /password|secret|^token$/i;

function TextListField({ id, value, onChange, item, label, isInvalid }: PlainProps & { item: Shape }) {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const replace = (i: number, next: unknown) => onChange(list.map((one, k) => (k === i ? next : one)));
  const read = (text: string) => (item.kind === "number" ? Number(text) : text);
  if (item.kind === "choice") {
    return item.choices.map((choice) => (
      <Checkbox
        key={choice}
        id={`${id}-${choice}`}
        label={choice}
        isChecked={list.includes(choice)}
        onChange={(_, isChecked) => onChange(isChecked ? [...list, choice] : list.filter((one) => one !== choice))}
      />
    ));
  }
  return (
    <div className="berth-rows">
      {list.map((one, i) => (
        <div className="berth-row" key={i}>
          <TextInput
            id={i === 0 ? id : `${id}-${i}`}
            aria-label={`${label} ${i + 1}`}
            type={item.kind === "number" ? "number" : "text"}
            value={String(one ?? "")}
            validated={isInvalid ? "error" : "default"}
            onChange={(_, text) => replace(i, read(text))}
          />
          <RemoveButton label={`Remove ${label} ${i + 1}`} onClick={() => onChange(list.filter((_, k) => k !== i))} />
        </div>
      ))}
      <AddButton label={`Add ${label.toLowerCase()}`} onClick={() => onChange([...list, ""])} />
    </div>
  );
}

function JsonField({ id, value, isInvalid, onChange }: WidgetProps) {
  const [text, setText] = useState(value === undefined ? "" : JSON.stringify(value, null, 2));
  const [isWrong, setWrong] = useState(false);
  return (
    <TextArea
      id={id}
      className="berth-mono"
      value={text}
      validated={isInvalid || isWrong ? "error" : "default"}
      autoResize
      placeholder="as JSON"
      aria-describedby={`${id}-help`}
      onChange={(_, next) => {
        setText(next);
        try {
          onChange(next.trim() === "" ? undefined : JSON.parse(next));
          setWrong(false);
        } catch {
          setWrong(true);
        }
      }}
    />
  );
}
