import { Button, Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { CheckIcon } from "@patternfly/react-icons/dist/esm/icons/check-icon.js";
import { QuestionCircleIcon } from "@patternfly/react-icons/dist/esm/icons/question-circle-icon.js";
import { TimesIcon } from "@patternfly/react-icons/dist/esm/icons/times-icon.js";
import { useState } from "react";
import { type OutputOf, useApi } from "../api/queries.ts";
import { Empty } from "./empty.tsx";
import { Loaded } from "./problem.tsx";
import { labelOf } from "./state-rules.ts";
import { When } from "./when.tsx";

export interface WhyProps {
  readonly kind: "server" | "service" | "request";
  readonly id: string;
}

/** A button that opens the automatic decisions about something: what was chosen, and why not the others. */
export function Why({ kind, id }: WhyProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="link" icon={<QuestionCircleIcon />} onClick={() => setOpen(true)}>
        Why?
      </Button>
      {isOpen && (
        <Modal isOpen variant="medium" onClose={() => setOpen(false)} aria-label="Why?">
          <ModalHeader title="Why?" description="What was decided by itself, with everything that was looked at." />
          <ModalBody>
            <Decisions kind={kind} id={id} />
          </ModalBody>
        </Modal>
      )}
    </>
  );
}

export function Decisions({ kind, id }: WhyProps) {
  const decisions = useApi("explain", { params: { kind, id } });
  return (
    <Loaded query={decisions}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="Nothing was decided by itself" text="Whatever is here, a person has chosen." />
        ) : (
          <ol className="berth-decisions">
            {items.map((decision) => (
              <li key={decision.id}>
                <DecisionText decision={decision} />
              </li>
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}

function DecisionText({ decision }: { readonly decision: OutputOf<"explain">["items"][number] }) {
  return (
    <section>
      <h3>
        {labelOf(decision.kind)} of {decision.subject}: <strong>{decision.chosen}</strong>{" "}
        <span className="berth-muted">
          <When at={decision.at} />
        </span>
      </h3>
      <ul className="berth-candidates">
        {decision.reasons.map(({ candidate, fits, why }) => (
          <li key={`${candidate}: ${why}`}>
            {fits ? (
              <CheckIcon className="berth-good" title="fits" />
            ) : (
              <TimesIcon className="berth-bad" title="does not fit" />
            )}
            <span className="berth-candidate">{candidate}</span>
            <span>{why}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
