import type { Field } from "@berth/api/fields.ts";
import { isList, isObject, type Json, type Path, valueAt, withValueAt } from "@berth/sdk/json.ts";
import { useId } from "react";
import { FormField, type Widgets } from "../../kit/form-fields.tsx";
import { pathText } from "../../kit/form-rules.ts";
import { pickOne } from "../../kit/pickers.tsx";
import { ProfilePicker } from "./profile-picker.tsx";
import { RunField } from "./run-field.tsx";
import type { Designer } from "./use-designer.ts";

export interface PartFieldsProps {
  readonly designer: Designer;
  /** Where the part stands in the document. */
  readonly path: Path;
  readonly fields: readonly Field[];
}

/** The fields of one part of the document, drawn from the contract; each change is a step of the one history. */
export function PartFields({ designer, path, fields }: PartFieldsProps) {
  const formId = useId();
  const { value, lamp, edit } = designer;
  const part = valueAt(value, path);
  const problems = lamp.lines
    .filter(
      (line) => line.isError && line.path.length > path.length && path.every((piece, i) => piece === line.path[i]),
    )
    .map((line) => ({ field: pathText(line.path.slice(path.length)), message: line.text }));
  const widgets: Widgets = {
    image: pickOne("listImages"),
    hardware: (props) => <ProfilePicker {...props} names={namesAt(value, ["spec", "hardwareProfiles"])} />,
    os: (props) => <ProfilePicker {...props} names={namesAt(value, ["spec", "osProfiles"])} />,
    "hooks.group": (props) => <ProfilePicker {...props} names={namesAt(value, ["spec", "groups"])} />,
    "hooks.run": (props) => <RunField {...props} />,
  };
  return fields.map((field) => (
    <FormField
      key={field.name}
      formId={formId}
      field={field}
      path={[field.name]}
      value={(isObject(part) ? part[field.name] : undefined) ?? field.default}
      problems={problems}
      widgets={widgets}
      onChange={(inner, next) => {
        const whole = [...path, ...inner];
        // What forms give is what the document takes: texts, numbers, lists of them.
        edit((draft) => withValueAt(draft, whole, next as Json | undefined), pathText(whole));
      }}
    />
  ));
}

function namesAt(value: Json, path: Path): string[] {
  const list = valueAt(value, path);
  return (isList(list) ? list : []).flatMap((item) =>
    isObject(item) && typeof item.name === "string" ? [item.name] : [],
  );
}
