import { Button } from "@patternfly/react-core";
import type { Filter } from "./list-rules.ts";

export interface ListGroupsProps {
  readonly filters: readonly Filter[];
  readonly chosen: Readonly<Record<string, unknown>>;
  readonly onChoose: (field: string, value: string | undefined) => void;
}

/** Groups at the left of a list: one click shows one of them. */
export function ListGroups({ filters, chosen, onChoose }: ListGroupsProps) {
  return (
    <nav aria-label="Filter" className="berth-groups">
      {filters.map(({ field, label, choices }) => (
        <section key={field}>
          <h2>{label}</h2>
          <ul>
            {choices.map(({ value, label: text }) => {
              const isChosen = String(chosen[field] ?? "") === value;
              return (
                <li key={value}>
                  <Button
                    variant="link"
                    size="sm"
                    className={isChosen ? "berth-groups__choice berth-groups__choice--on" : "berth-groups__choice"}
                    aria-pressed={isChosen}
                    onClick={() => onChoose(field, isChosen ? undefined : value)}
                  >
                    {text}
                  </Button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </nav>
  );
}
