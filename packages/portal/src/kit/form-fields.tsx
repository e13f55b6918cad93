import type { FieldProblem } from "@berth/api/errors.ts";
import type { Field, Shape } from "@berth/api/fields.ts";
import {
  Button,
  Checkbox,
  FormFieldGroup,
  FormFieldGroupHeader,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons/dist/esm/icons/plus-circle-icon.js";
import { TrashIcon } from "@patternfly/react-icons/dist/esm/icons/trash-icon.js";
import { type ReactNode, useState } from "react";
import { blankOf, fieldLabel, type Path, pathText, patternOf, problemsAt, problemsInside } from "./form-rules.ts";
import { MapField } from "./map-field.tsx";
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
/** By the field's path without places in lists: `groups.network`. */
export type Widgets = Readonly<Record<string, (props: WidgetProps) => ReactNode>>;

export interface FieldsContext {
  readonly formId: string;
  readonly problems: readonly FieldProblem[];
  readonly widgets: Widgets;
  readonly onChange: (path: Path, value: unknown) => void;
}

interface FieldProps extends FieldsContext {
  readonly field: Field;
  readonly path: Path;
  readonly value: unknown;
}

/** One field of a contract, with its label, its help and what is wrong with it. */
export function FormField(props: FieldProps) {
  const { field, path, value, widgets, problems, formId, onChange } = props;
  const id = `${formId}-${pathText(path)}`;
  const messages = problemsAt(problems, path);
  const widget = widgets[patternOf(path)];
  const set = (next: unknown) => onChange(path, next);
  const inside = problemsInside(problems, path);
  const own: WidgetProps = { id, field, value, isInvalid: messages.length > 0, inside, onChange: set };
  const label = fieldLabel(field.name);
  if (widget === undefined) {
    if (field.shape.kind === "object") return <ObjectField {...props} fields={field.shape.fields} />;
    if (field.shape.kind === "list" && field.shape.item.kind === "object")
      return <ObjectListField {...props} item={field.shape.item} />;
  }
  const isCheckbox = widget === undefined && field.shape.kind === "boolean";
  return (
    <FormGroup label={isCheckbox ? undefined : label} isRequired={field.required} fieldId={id}>
      {widget === undefined ? <PlainField {...own} shape={field.shape} label={label} /> : widget(own)}
      <FieldHelp id={`${id}-help`} messages={messages} text={isCheckbox ? null : field.description} />
    </FormGroup>
  );
}

function FieldHelp({ id, messages, text }: { id: string; messages: readonly string[]; text: string | null }) {
  if (messages.length === 0 && text === null) return null;
  return (
    <FormHelperText>
      <HelperText id={id}>
        {messages.map((message) => (
          <HelperTextItem key={message} variant="error">
            {message}
          </HelperTextItem>
        ))}
        {messages.length === 0 && <HelperTextItem>{text}</HelperTextItem>}
      </HelperText>
    </FormHelperText>
  );
}

interface PlainProps extends WidgetProps {
  readonly shape: Shape;
  readonly label: string;
}

function PlainField(props: PlainProps) {
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

function ObjectField({ fields, ...props }: FieldProps & { fields: readonly Field[] }) {
  const { field, path, value, formId } = props;
  return (
    <FormFieldGroup
      header={
        <FormFieldGroupHeader
          titleText={{ text: fieldLabel(field.name), id: `${formId}-${pathText(path)}-title` }}
          titleDescription={field.description}
        />
      }
    >
      {fields.map((inner) => (
        <FormField
          {...props}
          key={inner.name}
          field={inner}
          path={[...path, inner.name]}
          value={(value as Record<string, unknown> | undefined)?.[inner.name]}
        />
      ))}
    </FormFieldGroup>
  );
}

function ObjectListField({ item, ...props }: FieldProps & { item: Extract<Shape, { kind: "object" }> }) {
  const { field, path, value, formId, onChange } = props;
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const label = fieldLabel(field.name);
  return (
    <FormFieldGroup
      header={
        <FormFieldGroupHeader
          titleText={{ text: label, id: `${formId}-${pathText(path)}-title` }}
          titleDescription={field.description}
          actions={
            <AddButton
              label={`Add to ${label.toLowerCase()}`}
              onClick={() => onChange(path, [...list, blankOf(item)])}
            />
          }
        />
      }
    >
      {list.map((_, i) => (
        <fieldset className="berth-item" key={i}>
          <legend>
            {label} {i + 1}
            <RemoveButton
              label={`Remove ${label} ${i + 1}`}
              onClick={() =>
                onChange(
                  path,
                  list.filter((_one, k) => k !== i),
                )
              }
            />
          </legend>
          {item.fields.map((inner) => (
            <FormField
              {...props}
              key={inner.name}
              field={inner}
              path={[...path, i, inner.name]}
              value={(list[i] as Record<string, unknown> | undefined)?.[inner.name]}
            />
          ))}
        </fieldset>
      ))}
    </FormFieldGroup>
  );
}

function AddButton({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={onClick}>
      {label}
    </Button>
  );
}

function RemoveButton({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return <Button variant="plain" icon={<TrashIcon />} aria-label={label} onClick={onClick} />;
}
