import { Alert } from "@patternfly/react-core";
import type { QuoteAnswer } from "./quote-rules.ts";

/** Whether it fits for the dates asked for, and if not, what is missing and what would help. */
export function QuoteAnswerText({ quote }: { readonly quote: QuoteAnswer }) {
  const title = quote.fits ? `Free, in the pool ${quote.pool}` : "Not free for these dates";
  return (
    <Alert variant={quote.fits ? "success" : "warning"} isInline isPlain title={title} component="h3">
      {quote.reasons.length > 0 && (
        <ul className="berth-reasons">
          {quote.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </Alert>
  );
}
