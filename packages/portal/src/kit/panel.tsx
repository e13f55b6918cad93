import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import type { ReactNode } from "react";

export interface PanelProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One subject of a page, under a heading of its own. */
export function Panel({ title, actions, children }: PanelProps) {
  return (
    <Card component="section" isCompact className="berth-panel">
      <CardHeader {...(actions === undefined ? {} : { actions: { actions } })}>
        <CardTitle component="h2">{title}</CardTitle>
      </CardHeader>
      <CardBody>{children}</CardBody>
    </Card>
  );
}
