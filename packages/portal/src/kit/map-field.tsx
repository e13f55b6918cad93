import type { Shape } from "@berth/api/fields.ts";
import { Button, TextInput } from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons/dist/esm/icons/plus-circle-icon.js";
import { TrashIcon } from "@patternfly/react-icons/dist/esm/icons/trash-icon.js";

export interface MapFieldProps {
  readonly id: string;
  readonly value: unknown;
  readonly shape: Shape;
  readonly onChange: (value: unknown) => void;
}

/** Names with a value each. */
export function MapField({ id, value, shape, onChange }: MapFieldProps) {
  const pairs = Object.entries((value ?? {}) as Record<string, unknown>);
  const set = (next: readonly (readonly [string, unknown])[]) => onChange(Object.fromEntries(next));
  const read = (text: string): unknown => {
    if (shape.kind === "number") return Number(text);
    if (shape.kind === "boolean") return text === "true";
    return text;
  };
  return (
    <div className="berth-rows">
      {pairs.map(([name, one], i) => (
        <div className="berth-row" key={i}>
          <TextInput
            id={i === 0 ? id : `${id}-${i}`}
            aria-label={`Name ${i + 1}`}
            value={name}
            onChange={(_, text) => set(pairs.map((pair, k) => (k === i ? [text, one] : pair)))}
          />
          <TextInput
            aria-label={`Value of ${name}`}
            value={typeof one === "object" ? JSON.stringify(one) : String(one ?? "")}
            onChange={(_, text) => set(pairs.map((pair, k) => (k === i ? [name, read(text)] : pair)))}
          />
          <Button
            variant="plain"
            icon={<TrashIcon />}
            aria-label={`Remove ${name}`}
            onClick={() => set(pairs.filter((_, k) => k !== i))}
          />
        </div>
      ))}
      <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => set([...pairs, ["", ""]])}>
        Add a pair
      </Button>
    </div>
  );
}
