import { Button, FormGroup, Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { QuestionCircleIcon } from "@patternfly/react-icons/dist/esm/icons/question-circle-icon.js";
import { useId, useState } from "react";
import { pickOne } from "../../kit/pickers.tsx";
import { BootPanel } from "./boot-panel.tsx";

const PickMachine = pickOne("listMachines");
const FIELD = {
  name: "machine",
  shape: { kind: "text", format: null },
  required: true,
  nullable: false,
  description: null,
  default: undefined,
} as const;

/** "What would this machine boot, and why?" */
export function ExplainBoot() {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [machine, setMachine] = useState("");
  return (
    <>
      <Button variant="secondary" icon={<QuestionCircleIcon />} onClick={() => setOpen(true)}>
        Why for a machine?
      </Button>
      {isOpen && (
        <Modal isOpen variant="medium" onClose={() => setOpen(false)} aria-label="What would it boot?">
          <ModalHeader title="What would it boot, and why?" />
          <ModalBody>
            <div className="berth-stack">
              <FormGroup label="Machine" fieldId={id}>
                {PickMachine({
                  id,
                  field: FIELD,
                  value: machine,
                  isInvalid: false,
                  onChange: (name) => setMachine(String(name ?? "")),
                })}
              </FormGroup>
              {machine !== "" && <BootPanel machine={{ id: machine, name: machine }} />}
            </div>
          </ModalBody>
        </Modal>
      )}
    </>
  );
}
