import { Alert } from "@patternfly/react-core";
import { useNow } from "../../kit/when.tsx";
import { approvalWords, availabilityLines, freeFromWords, type QuoteAnswer } from "./quote-rules.ts";

const MINUTE_MS = 60_000;

/** Whether it fits for the dates asked for, and if not, what is missing and what would help; and who will be asked. */
export function QuoteAnswerText({ quote }: { readonly quote: QuoteAnswer }) {
  const now = useNow(MINUTE_MS);
  const { fits, availability, reasons, overLimits, approval } = quote;
  const title = fits
    ? `Free, in the pool ${quote.pool}`
    : `Not free for these dates. ${freeFromWords(availability.freeFrom, new Date(now))}`;
  return (
    <div className="berth-stack">
      <Alert variant={fits ? "success" : "warning"} isInline isPlain title={title} component="h3">
        <ReasonList reasons={[...availabilityLines(availability), ...reasons]} />
      </Alert>
      {overLimits.length > 0 && (
        <Alert variant="danger" isInline isPlain title="More than you may have" component="h3">
          <ReasonList reasons={overLimits} />
        </Alert>
      )}
      <p className="berth-muted">{approvalWords(approval)}</p>
    </div>
  );
}

function ReasonList({ reasons }: { readonly reasons: readonly string[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul className="berth-reasons">
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}
