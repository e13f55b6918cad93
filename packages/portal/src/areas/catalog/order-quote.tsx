import { Alert, Card, CardBody, CardTitle, Spinner } from "@patternfly/react-core";
import { useEffect, useMemo, useState } from "react";
import { useApi } from "../../api/queries.ts";
import { fieldLabel } from "../../kit/form-rules.ts";
import { money } from "../../kit/money.ts";
import { PriceTable } from "../../kit/price-table.tsx";
import { ProblemNote } from "../../kit/problem.tsx";
import { useNow } from "../../kit/when.tsx";
import { dateProblem, quotable, type Wish } from "./quote-rules.ts";
import { QuoteAnswerText } from "./quote-text.tsx";
import { ReservationCalendar } from "./reservation-calendar.tsx";

const PAUSE_MS = 350;
const MINUTE_MS = 60_000;
/** Those of the contract, where none are named. */
const STANDARD_POOLS = ["default"];

export interface OrderQuoteProps {
  readonly template: string;
  readonly draft: Partial<Wish>;
}

/** Beside the form: what it would cost, and whether it is free, for what has been typed by now. */
export function OrderQuote({ template, draft }: OrderQuoteProps) {
  const wanted = useMemo(() => quotable(template, draft), [template, draft]);
  const wish = useSettled(wanted);
  const now = useNow(MINUTE_MS);
  const problem = dateProblem(draft, new Date(now));
  // While there is no wish the call is not made.
  const quote = useApi(
    "quoteRequest",
    { body: wish as Wish },
    { enabled: wish !== null && problem === null, keepLast: true },
  );
  const isOld = quote.isPlaceholderData || wish !== wanted;
  return (
    <div className="berth-stack berth-quote">
      <Card isCompact>
        <CardTitle component="h2">
          Price and availability {isOld && quote.isFetching && <Spinner size="sm" aria-label="Asking again" />}
        </CardTitle>
        <CardBody className="berth-stack">
          {wanted === null && <p className="berth-muted">Say when it ends, and you see here what it costs.</p>}
          {problem !== null && <p>{`${fieldLabel(problem.field)} ${problem.message}.`}</p>}
          {problem === null && quote.error !== null && <QuoteProblem error={quote.error} />}
          {problem === null && quote.error === null && quote.data !== undefined && (
            <div className={isOld ? "berth-stack berth-quote--old" : "berth-stack"} aria-live="polite">
              <p>
                <strong className="berth-quote__price">
                  {money(quote.data.price.total, quote.data.price.currency)}
                </strong>
                {` for ${quote.data.price.days} ${quote.data.price.days === 1 ? "day" : "days"}`}
              </p>
              <QuoteAnswerText quote={quote.data} />
              <PriceTable price={quote.data.price} />
            </div>
          )}
        </CardBody>
      </Card>
      {wish !== null && problem === null && <WishCalendar wish={wish} now={now} />}
    </div>
  );
}

/** Pools may be named that are not there, while somebody still types; the calendar says so in the place of the days. */
function WishCalendar({ wish, now }: { readonly wish: Wish; readonly now: number }) {
  const { startsAt, endsAt, pools = STANDARD_POOLS } = wish;
  const today = useMemo(() => new Date(now), [now]);
  const from = useMemo(() => (startsAt === undefined ? today : new Date(startsAt)), [startsAt, today]);
  const until = useMemo(() => new Date(endsAt), [endsAt]);
  return <ReservationCalendar pools={pools} startsAt={from} endsAt={until} now={today} />;
}

function QuoteProblem({ error }: { readonly error: Parameters<typeof ProblemNote>[0]["error"] }) {
  if (error.fields.length === 0) return <ProblemNote error={error} />;
  return (
    <Alert variant="warning" isInline isPlain title="Not like this" component="h3">
      <ul className="berth-reasons">
        {error.fields.map(({ field, message }) => (
          <li key={`${field}: ${message}`}>{`${fieldLabel(field.replace(/^body\./, ""))}: ${message}`}</li>
        ))}
      </ul>
    </Alert>
  );
}

/** A value once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}
