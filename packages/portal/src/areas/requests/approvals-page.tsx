import { Card, CardBody } from "@patternfly/react-core";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
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
  const [decision, setDecision] = useState<Decision>(null);
  const area = useRef<HTMLDivElement>(null);
  const current = requests.find((request) => request.id === chosen) ?? requests[0];
  const currentId = current?.id;
  // The keys work while something in here has the focus. It is never taken from what is elsewhere on the page.
  useEffect(() => {
    const focused = document.activeElement;
    const isFree = focused === null || focused === document.body || area.current?.contains(focused) === true;
    if (isFree && currentId !== undefined) focusCurrent(area.current);
  }, [currentId]);
  if (current === undefined) return null;

  const choose = (id: string | null) => {
    setDecision(null);
    setChosen(id);
  };
  const onKey = (event: KeyboardEvent) => {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case "a":
        setDecision("approve");
        break;
      case "r":
        setDecision("reject");
        break;
      case "j":
      case "ArrowDown":
        choose(neighbour(ids, current.id, 1));
        break;
      case "k":
      case "ArrowUp":
        choose(neighbour(ids, current.id, -1));
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <section ref={area} className="berth-approvals" onKeyDown={onKey} aria-label="Requests to decide">
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
        decision={decision}
        onDecision={(next) => {
          setDecision(next);
          if (next === null) focusCurrent(area.current);
        }}
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

function isTyping(target: EventTarget): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
