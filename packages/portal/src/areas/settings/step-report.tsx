import type { ClientError } from "@berth/api/client-error.ts";
import { Alert } from "@patternfly/react-core";
import type { OutputOf } from "../../api/queries.ts";
import { State } from "../../kit/state.tsx";

export interface StepReportProps {
  readonly report: OutputOf<"testLdap"> | undefined;
  readonly error: ClientError | null;
}

const TONES = { ok: "good", failed: "bad", skipped: "idle" } as const;

/** What a test of a way to sign in found, step by step. */
export function StepReport({ report, error }: StepReportProps) {
  if (error !== null) {
    return (
      <Alert isInline variant="danger" title={error.message} component="h3">
        <ul>
          {error.fields.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              {field}: {message}
            </li>
          ))}
        </ul>
      </Alert>
    );
  }
  if (report === undefined) return null;
  return (
    <Alert
      isInline
      variant={report.ok ? "success" : "danger"}
      title={report.ok ? "It works" : "It does not work"}
      component="h3"
    >
      <ul>
        {report.steps.map(({ step, outcome, message }) => (
          <li key={step}>
            <State value={outcome} tone={TONES[outcome]} /> {step}: {message}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
