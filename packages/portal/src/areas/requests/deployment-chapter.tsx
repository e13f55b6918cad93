import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useState } from "react";
import { useRoles } from "../../api/session.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { ProblemNote } from "../../kit/problem.tsx";
import { RequestFailure } from "./request-failure.tsx";
import { RequestProgress } from "./request-progress.tsx";
import { StepTree } from "./step-tree.tsx";
import type { Request } from "./story-rules.ts";
import { useDeployment, useUsualTimes } from "./use-deployment.ts";

const NOT_BEGUN: readonly Request["state"][] = ["waiting", "approved", "rejected"];

/** How the deployment goes or went: in plain words, or every step with its log. */
export function DeploymentChapter({ request }: { readonly request: Request }) {
  const roles = useRoles();
  const isOperator = roles.has("operator") || roles.has("administrator");
  const [isFull, setFull] = useState(false);
  const operation = useDeployment(request.operationId, request.state === "deploying");
  const usual = useUsualTimes(request.operationId);
  if (NOT_BEGUN.includes(request.state)) return null;
  if (operation.error !== null) return <ProblemNote error={operation.error} />;
  if (operation.data === undefined) return null;
  return (
    <div className="berth-stack">
      {["failed", "parked"].includes(request.state) && (
        <RequestFailure operation={operation.data} name={request.service} />
      )}
      {isOperator && (
        <ToggleGroup aria-label="How much to show" isCompact>
          <ToggleGroupItem text="In plain words" isSelected={!isFull} onChange={() => setFull(false)} />
          <ToggleGroupItem text="Every step" isSelected={isFull} onChange={() => setFull(true)} />
        </ToggleGroup>
      )}
      {isFull ? <StepTree operation={operation.data} /> : <RequestProgress deployment={operation.data} usual={usual} />}
      {isOperator && (
        <p>
          <ObjectLink kind="operation" id={request.operationId}>
            The operation with its log
          </ObjectLink>
        </p>
      )}
    </div>
  );
}
