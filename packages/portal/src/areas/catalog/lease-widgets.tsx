import { Button, Radio, TextInput } from "@patternfly/react-core";
import { endOfLease } from "../../kit/lease-words.ts";
import type { WidgetProps } from "../../kit/plain-field.tsx";
import { fromLocalInput, toLocalInput } from "../../kit/time-rules.ts";

const DAY_MS = 24 * 3_600_000;
const LENGTHS = [
  { label: "1 week", days: 7 },
  { label: "2 weeks", days: 14 },
  { label: "1 month", days: 30 },
  { label: "3 months", days: 91 },
] as const;

/** The reader's own time zone, as dates here are written in it. */
function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function DateField({ id, value, isInvalid, onChange }: WidgetProps) {
  return (
    <span className="berth-date">
      <TextInput
        id={id}
        type="datetime-local"
        value={typeof value === "string" ? toLocalInput(value) : ""}
        validated={isInvalid ? "error" : "default"}
        aria-describedby={`${id}-help`}
        aria-invalid={isInvalid}
        onChange={(_, text) => onChange(fromLocalInput(text))}
      />
      <span className="berth-muted">{timeZone()}</span>
    </span>
  );
}

export function leaseStart(props: WidgetProps) {
  return <DateField {...props} />;
}

/** The end, or a length from now on. */
export function leaseEnd(props: WidgetProps) {
  const after = (days: number) => {
    const end = new Date(Date.now() + days * DAY_MS);
    end.setMinutes(0, 0, 0);
    props.onChange(end.toISOString());
  };
  return (
    <>
      <DateField {...props} />
      <div className="berth-lengths">
        {LENGTHS.map(({ label, days }) => (
          <Button key={label} variant="link" isInline onClick={() => after(days)}>
            {label}
          </Button>
        ))}
      </div>
    </>
  );
}

const POLICIES = ["deactivate", "delete", "ignore"] as const;

/** What happens at the end, each choice with what it means. */
export function policyChoice({ id, value, onChange }: WidgetProps) {
  return (
    <div role="radiogroup" aria-label="Lease policy">
      {POLICIES.map((policy, i) => (
        <Radio
          key={policy}
          id={i === 0 ? id : `${id}-${policy}`}
          name={id}
          label={policy}
          description={`${endOfLease(policy)}.`}
          isChecked={value === policy}
          onChange={() => onChange(policy)}
        />
      ))}
    </div>
  );
}
