import type { FieldProblem } from "@berth/api/errors.ts";
import type { Field, Shape } from "@berth/api/fields.ts";
import {
  FormFieldGroup,
  FormFieldGroupHeader,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
} from "@patternfly/react-core";
import type { ReactNode } from "react";
import { blankOf, fieldLabel, type Path, pathText, patternOf, problemsAt, problemsInside } from "./form-rules.ts";
import { PlainField, type WidgetProps } from "./plain-field.tsx";
import { AddButton, RemoveButton } from "./row-buttons.tsx";

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
