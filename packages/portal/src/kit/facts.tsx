import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from "@patternfly/react-core";
import type { ReactNode } from "react";

export interface FactsProps {
  /** `null` and `undefined` as a value are shown as a dash. */
  readonly items: readonly (readonly [term: string, value: ReactNode])[];
  readonly columns?: 1 | 2 | 3;
}

/** What is known of one object: terms and values. */
export function Facts({ items, columns = 2 }: FactsProps) {
  return (
    <DescriptionList isCompact isHorizontal columnModifier={{ default: "1Col", lg: `${columns}Col` }} termWidth="16ch">
      {items.map(([term, value]) => (
        <DescriptionListGroup key={term}>
          <DescriptionListTerm>{term}</DescriptionListTerm>
          <DescriptionListDescription>{value ?? <span className="berth-muted">–</span>}</DescriptionListDescription>
        </DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}
