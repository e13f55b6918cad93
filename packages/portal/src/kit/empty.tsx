import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { CubesIcon } from "@patternfly/react-icons/dist/esm/icons/cubes-icon.js";
import type { ComponentType, ReactNode } from "react";

export interface EmptyProps {
  readonly title: string;
  /** What the next step is. */
  readonly text: ReactNode;
  readonly action?: ReactNode;
  readonly icon?: ComponentType;
}

/** Where nothing is yet: says so, and what to do next. */
export function Empty({ title, text, action, icon = CubesIcon }: EmptyProps) {
  return (
    <EmptyState titleText={title} headingLevel="h2" icon={icon} variant="sm">
      <EmptyStateBody>{text}</EmptyStateBody>
      {action !== undefined && (
        <EmptyStateFooter>
          <EmptyStateActions>{action}</EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}
