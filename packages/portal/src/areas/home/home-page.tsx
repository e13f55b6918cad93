import { useMe, useRoles } from "../../api/session.ts";
import { LinkButton } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { ApprovalsPart } from "./approvals-part.tsx";
import { AuditPart } from "./audit-part.tsx";
import { type HomePart, homeParts } from "./home-rules.ts";
import { MinePart } from "./mine-part.tsx";
import { OperationsPart } from "./operations-part.tsx";
import { PoolsPart } from "./pools-part.tsx";
import { TemplatesPart } from "./templates-part.tsx";
import "./home.css";

/** What concerns the caller, by his roles: what waits for him first. */
export function HomePage() {
  const me = useMe();
  const roles = useRoles();
  return (
    <Page title="Home" actions={<LinkButton to="/catalog">Ask for a service</LinkButton>}>
      <Loaded query={me}>
        {({ name }) => (
          <div className="berth-home">
            {homeParts([...roles]).map((part) => (
              <Part key={part} part={part} name={name} />
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Part({ part, name }: { readonly part: HomePart; readonly name: string }) {
  switch (part) {
    case "approvals":
      return <ApprovalsPart />;
    case "due":
      return <MinePart name={name} />;
    case "operations":
      return <OperationsPart />;
    case "pools":
      return <PoolsPart />;
    case "templates":
      return <TemplatesPart />;
    case "audit":
      return <AuditPart />;
  }
}
