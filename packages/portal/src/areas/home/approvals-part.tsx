import { type ItemOf, useApi } from "../../api/queries.ts";
import { Actions, type Verb } from "../../kit/actions.tsx";
import { LinkButton, ObjectLink } from "../../kit/link.tsx";
import { money } from "../../kit/money.ts";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { When } from "../../kit/when.tsx";

type Request = ItemOf<"listRequests">;
const MOST = 5;

/** What waits for the caller's decision, to be decided right here. */
export function ApprovalsPart() {
  const requests = useApi("listRequests", { query: { state: "waiting", sort: "createdAt", limit: 100 } });
  const all = (
    <LinkButton to="/approvals" variant="link">
      All approvals
    </LinkButton>
  );
  return (
    <Panel title="Waits for you" actions={all}>
      <Loaded query={requests}>
        {({ items }) => {
          const mine = items.filter((request) => request.allowed.includes("approve"));
          if (mine.length === 0) return <p className="berth-muted">No request waits for a decision.</p>;
          return (
            <>
              <ul className="berth-home__rows">
                {mine.slice(0, MOST).map((request) => (
                  <li key={request.id}>
                    <WaitingRequest request={request} />
                  </li>
                ))}
              </ul>
              {mine.length > MOST && <p className="berth-muted">{`And ${mine.length - MOST} more.`}</p>}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function WaitingRequest({ request }: { readonly request: Request }) {
  const params = { id: request.id };
  const verbs: Verb[] = [
    { verb: "approve", label: "Approve", operation: "approveRequest", input: { params, body: {} } },
    { verb: "reject", label: "Reject", operation: "rejectRequest", input: { params, body: {} }, form: true },
  ];
  return (
    <div className="berth-home__row">
      <div>
        <ObjectLink kind="request" id={request.id}>
          {request.service}
        </ObjectLink>
        <div className="berth-muted">
          {`${request.requester}, ${request.template}, ${money(request.price.perDay, request.price.currency)} a day, `}
          <When at={request.createdAt} />
        </div>
      </div>
      <Actions
        subject={{ kind: "request", name: request.service }}
        allowed={request.allowed}
        refused={request.refused}
        verbs={verbs}
      />
    </div>
  );
}
