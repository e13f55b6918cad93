import { Progress } from "@patternfly/react-core";
import { CheckCircleIcon } from "@patternfly/react-icons/dist/esm/icons/check-circle-icon.js";
import { ExclamationCircleIcon } from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon.js";
import { InProgressIcon } from "@patternfly/react-icons/dist/esm/icons/in-progress-icon.js";
import { OutlinedCircleIcon } from "@patternfly/react-icons/dist/esm/icons/outlined-circle-icon.js";
import { UndoIcon } from "@patternfly/react-icons/dist/esm/icons/undo-icon.js";
import { durationText } from "../../kit/time-rules.ts";
import { useNow } from "../../kit/when.tsx";
import { type Deployment, type Phase, type PhaseId, phasesOf, remainingMs } from "./progress-rules.ts";

export interface RequestProgressProps {
  readonly deployment: Deployment;
  readonly usual: ReadonlyMap<PhaseId, number>;
}

const SIGNS = {
  done: { Icon: CheckCircleIcon, className: "berth-good", word: "done" },
  running: { Icon: InProgressIcon, className: "berth-busy", word: "running" },
  failed: { Icon: ExclamationCircleIcon, className: "berth-bad", word: "failed" },
  undone: { Icon: UndoIcon, className: "berth-muted", word: "undone" },
  next: { Icon: OutlinedCircleIcon, className: "berth-muted", word: "ahead" },
} as const;

/** The plain view: what is being done, how far it is, and how long that usually takes. */
export function RequestProgress({ deployment, usual }: RequestProgressProps) {
  const now = useNow();
  const phases = phasesOf(deployment, usual, new Date(now));
  const left = remainingMs(phases);
  return (
    <div className="berth-stack">
      <ol className="berth-phases" aria-label="Phases">
        {phases.map((phase) => (
          <PhaseRow key={phase.id} phase={phase} />
        ))}
      </ol>
      {left !== null && (
        <p className="berth-muted" role="status">
          {left < 1_000
            ? "It should be ready any moment."
            : `About ${durationText(Math.ceil(left / 5_000) * 5_000)} left, by what it took before.`}
        </p>
      )}
    </div>
  );
}

function PhaseRow({ phase }: { readonly phase: Phase }) {
  const { Icon, className, word } = SIGNS[phase.state];
  return (
    <li className="berth-phase">
      <Icon className={className} title={word} />
      <div>
        <div>
          {phase.title}
          {phase.note !== null && phase.state !== "next" && <span className="berth-muted">{`: ${phase.note}`}</span>}
          {phase.state === "undone" && <span className="berth-muted">: undone</span>}
        </div>
        {phase.state === "running" && phase.percent !== null && (
          <Progress value={phase.percent} size="sm" aria-label={phase.title} />
        )}
      </div>
      <span className="berth-muted">{timesOf(phase)}</span>
    </li>
  );
}

const SECOND_MS = 1_000;

/** Nobody waits for what takes less than a second, nor wants to know how much less. */
function timesOf({ state, tookMs, usualMs }: Phase): string {
  const took = state === "next" || tookMs === null ? null : tookMs < SECOND_MS ? "under 1 s" : durationText(tookMs);
  const usual = usualMs === null || usualMs < SECOND_MS ? null : `usually ${durationText(usualMs)}`;
  return [took, usual].filter((text) => text !== null).join(", ");
}
