import { Label } from "@patternfly/react-core";
import { CheckCircleIcon } from "@patternfly/react-icons/dist/esm/icons/check-circle-icon.js";
import { ExclamationCircleIcon } from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon.js";
import { HourglassHalfIcon } from "@patternfly/react-icons/dist/esm/icons/hourglass-half-icon.js";
import { InProgressIcon } from "@patternfly/react-icons/dist/esm/icons/in-progress-icon.js";
import { MinusCircleIcon } from "@patternfly/react-icons/dist/esm/icons/minus-circle-icon.js";
import { labelOf, type Tone, toneOf } from "./state-rules.ts";
import { When } from "./when.tsx";

const LOOKS = {
  good: { color: "green", Icon: CheckCircleIcon },
  busy: { color: "blue", Icon: InProgressIcon },
  waiting: { color: "orange", Icon: HourglassHalfIcon },
  bad: { color: "red", Icon: ExclamationCircleIcon },
  idle: { color: "grey", Icon: MinusCircleIcon },
} as const satisfies Record<Tone, object>;

export interface StateProps {
  readonly value: string;
  /** When it was seen, for what is observed: doubt is shown as "unknown since". */
  readonly since?: string | null;
  readonly tone?: Tone;
}

/** A state, by its name, a colour and a sign: never by the colour alone. */
export function State({ value, since, tone = toneOf(value) }: StateProps) {
  const { color, Icon } = LOOKS[tone];
  return (
    <Label color={color} isCompact icon={<Icon />}>
      {labelOf(value)}
      {value === "unknown" && since != null && (
        <>
          {" since "}
          <When at={since} />
        </>
      )}
    </Label>
  );
}
