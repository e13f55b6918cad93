import type { AnyInput } from "@berth/api/client.ts";
import type { ClientError } from "@berth/api/client-error.ts";
import { Alert, Button, ExpandableSection, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { type ReactNode, useState } from "react";
import type { OperationName } from "../api/client.ts";
import { ProblemNote } from "./problem.tsx";
import { ShowCode } from "./show-code.tsx";

export interface ConfirmProps {
  readonly title: string;
  /** What stays as it is. */
  readonly kept?: ReactNode;
  /** What is gone for good. */
  readonly lost?: ReactNode;
  readonly label: string;
  readonly isDanger?: boolean;
  readonly isBusy?: boolean;
  readonly error?: ClientError | null;
  readonly code?: { readonly operation: OperationName; readonly input: AnyInput };
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** Asks before something is done that can't be taken back: names what is kept, and what is lost. */
export function Confirm(props: ConfirmProps) {
  const { title, kept, lost, label, isDanger = false, isBusy = false, error, code, onConfirm, onClose } = props;
  const [isCodeOpen, setCodeOpen] = useState(false);
  return (
    <Modal isOpen variant={isCodeOpen ? "medium" : "small"} onClose={onClose} aria-label={title}>
      <ModalHeader title={title} {...(isDanger ? { titleIconVariant: "warning" as const } : {})} />
      <ModalBody>
        <div className="berth-stack">
          {lost !== undefined && (
            <Alert variant="danger" isInline isPlain title="Lost for good" component="h2">
              {lost}
            </Alert>
          )}
          {kept !== undefined && (
            <Alert variant="success" isInline isPlain title="Kept" component="h2">
              {kept}
            </Alert>
          )}
          {props.children}
          {error != null && <ProblemNote error={error} />}
          {code !== undefined && (
            <ExpandableSection
              toggleText="Show code"
              isExpanded={isCodeOpen}
              onToggle={(_, isExpanded) => setCodeOpen(isExpanded)}
            >
              {isCodeOpen && <ShowCode {...code} />}
            </ExpandableSection>
          )}
        </div>
      </ModalBody>
      <ModalFooter>
        <Button variant={isDanger ? "danger" : "primary"} onClick={onConfirm} isLoading={isBusy} isDisabled={isBusy}>
          {label}
        </Button>
        <Button variant="link" onClick={onClose}>
          Leave it as it is
        </Button>
      </ModalFooter>
    </Modal>
  );
}
