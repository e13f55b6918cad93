import { Button, Card, CardBody, CardFooter, CardTitle } from "@patternfly/react-core";
import { useApi } from "../../api/queries.ts";
import { Facts } from "../../kit/facts.tsx";
import { endOfLease } from "../../kit/lease-words.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { money } from "../../kit/money.ts";
import { When } from "../../kit/when.tsx";
import { DecisionForm } from "./decision-form.tsx";
import { ImpactMeters } from "./impact-meters.tsx";
import { ReservedTable } from "./reserved-table.tsx";
import { countOfServers, holdings, type Request } from "./story-rules.ts";

/** What is being decided just now; null while the request is only looked at. */
export type Decision = "approve" | "reject" | null;

export interface ApprovalCardProps {
  readonly request: Request;
  readonly decision: Decision;
  readonly onDecision: (decision: Decision) => void;
  readonly onDecided: () => void;
}

/** Everything that one needs to decide about a request. */
export function ApprovalCard({ request, decision, onDecision, onDecided }: ApprovalCardProps) {
  const pools = useApi("listPools", { query: { search: request.pool, limit: 100 } });
  const pool = pools.data?.items.find((candidate) => candidate.name === request.pool);
  const { price } = request;
  return (
    <Card>
      <CardTitle component="h2">
        <ObjectLink kind="request" id={request.id}>
          {request.service}
        </ObjectLink>
        {`, asked for by ${request.requester}`}
      </CardTitle>
      <CardBody className="berth-stack">
        <Facts
          columns={1}
          items={[
            ["What", `${countOfServers(holdings(request.reserved))}, from ${request.template}`],
            ["Price", `${money(price.perDay, price.currency)} a day, ${money(price.total, price.currency)} in all`],
            ["From", <When key="from" at={request.startsAt} exact />],
            ["Until", <When key="until" at={request.endsAt} exact />],
            ["At the end", endOfLease(request.leasePolicy)],
            ["Project", request.project],
          ]}
        />
        {pool !== undefined && <ImpactMeters pool={pool} request={request} />}
        <ReservedTable reserved={request.reserved} />
      </CardBody>
      <CardFooter>
        {decision === null ? (
          <div className="berth-actions">
            <Button variant="primary" onClick={() => onDecision("approve")} aria-keyshortcuts="a">
              Approve
            </Button>
            <Button variant="danger" onClick={() => onDecision("reject")} aria-keyshortcuts="r">
              Reject
            </Button>
          </div>
        ) : (
          <DecisionForm request={request} decision={decision} onCancel={() => onDecision(null)} onDecided={onDecided} />
        )}
      </CardFooter>
    </Card>
  );
}
