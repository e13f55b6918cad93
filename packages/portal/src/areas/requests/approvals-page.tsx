import { Card, CardBody } from "@patternfly/react-core";
import { useEffect, useRef, useState } from "react";
import { useApi } from "../../api/queries.ts";
import { Empty } from "../../kit/empty.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { money } from "../../kit/money.ts";
import { Page } from "../../kit/page.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { When } from "../../kit/when.tsx";
import { ApprovalCard, type Decision } from "./approval-card.tsx";
import { neighbour, nextAfter } from "./approval-rules.ts";
import type { Request } from "./story-rules.ts";
import { isWithin, useKeys } from "./use-keys.ts";
import "./requests.css";

const MOST = 100;

/** What waits for a decision, one after the other: what, who, price, and what it takes from the pools. */
export function ApprovalsPage() {
  const query = { state: "waiting", limit: MOST, sort: "createdAt" } as const;
  const requests = useApi("listRequests", { query }, { everyMs: 15_000 });
  return (
    <Page title="Approvals" subtitle="Requests that wait for a decision. What they ask for is reserved until then.">
      <Loaded query={requests}>
        {({ items }) => {
          // One's own requests are among them too; which of all one may decide, each says itself.
          const mine = items.filter((request) => request.allowed.includes("approve"));
          return mine.length === 0 ? <NothingWaits /> : <Queue requests={mine} />;
        }}
      </Loaded>
    </Page>
  );
}

function NothingWaits() {
  return (
    <Empty
      title="Nothing waits for you"
      text="New requests appear here by themselves."
      action={
        <LinkButton to="/requests" variant="secondary">
          All requests
        </LinkButton>
      }
    />
  );
}

function Queue({ requests }: { readonly requests: readonly Request[] }) {
  const ids = requests.map((request) => request.id);
  const [chosen, setChosen] = useState<string | null>(null);
  // For which one it is meant: somebody else may decide about that one while the form is open.
  const [begun, setBegun] = useState<{ readonly id: string; readonly decision: Decision } | null>(null);
  const area = useRef<HTMLDivElement>(null);
  const current = requests.find((request) => request.id === chosen) ?? requests[0];
  const id = current?.id ?? null;
  const choose = (next: string | null) => {
    setBegun(null);
    setChosen(next);
  };
  const decide = (decision: Decision) => {
    setBegun(id === null ? null : { id, decision });
    if (decision === null) focusCurrent(area.current);
  };
  const next = () => choose(neighbour(ids, id, 1));
  const previous = () => choose(neighbour(ids, id, -1));
  useKeys(area, {
    ...{ a: () => decide("approve"), r: () => decide("reject") },
    ...{ j: next, ArrowDown: next, k: previous, ArrowUp: previous },
  });
  useEffect(() => {
    if (id !== null && isWithin(document.activeElement, area.current)) focusCurrent(area.current);
  }, [id]);
  if (current === undefined) return null;
  return (
    <section ref={area} className="berth-approvals" aria-label="Requests to decide">
      <Card isCompact>
        <CardBody>
          <ul className="berth-approvals__list">
            {requests.map((request) => (
              <li key={request.id}>
                <QueueItem request={request} isCurrent={request === current} onChoose={() => choose(request.id)} />
              </li>
            ))}
          </ul>
          <p className="berth-keys berth-muted">
            <kbd>a</kbd> approve, <kbd>r</kbd> reject, <kbd>j</kbd> <kbd>k</kbd> next and previous
          </p>
        </CardBody>
      </Card>
      <ApprovalCard
        key={current.id}
        request={current}
        decision={begun?.id === current.id ? begun.decision : null}
        onDecision={decide}
        onDecided={() => choose(nextAfter(ids, current.id))}
      />
    </section>
  );
}

interface QueueItemProps {
  readonly request: Request;
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
}

function QueueItem({ request, isCurrent, onChoose }: QueueItemProps) {
  return (
    <button type="button" className="berth-approvals__item" aria-current={isCurrent} onClick={onChoose}>
      <strong>{request.service}</strong>
      <span>{money(request.price.perDay, request.price.currency)} a day</span>
      <span className="berth-muted">
        {request.requester}, {request.template}
      </span>
      <span className="berth-muted">
        <When at={request.createdAt} />
      </span>
    </button>
  );
}

function focusCurrent(area: HTMLElement | null): void {
  area?.querySelector<HTMLElement>('[aria-current="true"]')?.focus();
}
