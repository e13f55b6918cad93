import { Button } from "@patternfly/react-core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { Empty } from "../kit/empty.tsx";
import { LinkButton } from "../kit/link.tsx";
import { Page } from "../kit/page.tsx";

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Empty
        title="Nothing is here"
        text="The address may be mistyped, or what it led to is gone. Ctrl K finds everything that there is."
        action={<LinkButton to="/">Home</LinkButton>}
      />
    </Page>
  );
}

export function PageFailed({ error }: ErrorComponentProps) {
  return (
    <Page title="This page has failed">
      <Empty
        title="It is our fault"
        text={error instanceof Error ? error.message : String(error)}
        action={<Button onClick={() => location.reload()}>Load it again</Button>}
      />
    </Page>
  );
}
