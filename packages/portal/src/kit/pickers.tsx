import { Checkbox, FormSelect, FormSelectOption } from "@patternfly/react-core";
import type { ReactNode } from "react";
import type { OperationName } from "../api/client.ts";
import { type InputOf, useApi } from "../api/queries.ts";
import type { WidgetProps } from "./plain-field.tsx";

interface Named {
  readonly name: string;
}

/** A widget that takes one name out of a list of the API, such as `pickOne("listNetworks")`. */
export function pickOne(list: OperationName): (props: WidgetProps) => ReactNode {
  return (props) => <OneName list={list} {...props} />;
}

/** A widget that takes several names, in the order in which they are ticked. */
export function pickMany(list: OperationName): (props: WidgetProps) => ReactNode {
  return (props) => <ManyNames list={list} {...props} />;
}

function useNames(list: OperationName): { names: string[]; isLoading: boolean } {
  const { data, isLoading } = useApi(list, { query: { limit: 500 } } as InputOf<OperationName>, { staleMs: 60_000 });
  const items = (data as { items?: readonly Named[] } | undefined)?.items ?? [];
  return { names: [...new Set(items.map(({ name }) => name))], isLoading };
}

function OneName({ list, id, field, value, isInvalid, onChange }: WidgetProps & { list: OperationName }) {
  const { names } = useNames(list);
  const chosen = typeof value === "string" ? value : "";
  return (
    <FormSelect
      id={id}
      value={chosen}
      validated={isInvalid ? "error" : "default"}
      onChange={(_, next) => onChange(next === "" ? undefined : next)}
    >
      <FormSelectOption value="" label={field.required ? "Choose" : "–"} isPlaceholder={field.required} />
      {/* What is chosen may be gone, or not ours to list. */}
      {chosen !== "" && !names.includes(chosen) && <FormSelectOption value={chosen} label={chosen} />}
      {names.map((name) => (
        <FormSelectOption key={name} value={name} label={name} />
      ))}
    </FormSelect>
  );
}

function ManyNames({ list, id, value, onChange }: WidgetProps & { list: OperationName }) {
  const { names, isLoading } = useNames(list);
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  if (!isLoading && names.length === 0) return <span className="berth-muted">There are none yet.</span>;
  return [...new Set([...chosen, ...names])].map((name) => (
    <Checkbox
      key={name}
      id={`${id}-${name}`}
      label={chosen.length > 1 && chosen.includes(name) ? `${name} (${chosen.indexOf(name) + 1}.)` : name}
      isChecked={chosen.includes(name)}
      onChange={(_, isChecked) => onChange(isChecked ? [...chosen, name] : chosen.filter((one) => one !== name))}
    />
  ));
}
