import { Button, Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { type ReactNode, useState } from "react";
import type { OperationName } from "../api/client.ts";
import { ContractForm } from "./contract-form.tsx";
import type { Widgets } from "./form-fields.tsx";
import { toast } from "./toasts.tsx";

export interface FormButtonProps {
  readonly label: string;
  readonly title: string;
  readonly operation: OperationName;
  readonly input: { readonly params?: Record<string, unknown>; readonly body?: unknown };
  readonly hidden?: readonly string[];
  readonly note?: ReactNode;
  /** At the head of a page, rather than of a part of it. */
  readonly isPrimary?: boolean;
  readonly order?: readonly string[];
  readonly widgets?: Widgets;
  /** Instead of a word that it is done: for answers that are shown once. */
  readonly onDone?: (answer: unknown) => void;
}

/** A button that opens a form for one call, in a dialog. */
export function FormButton({
  label,
  title,
  operation,
  input,
  hidden = [],
  note,
  isPrimary = false,
  order = [],
  widgets = {},
  onDone,
}: FormButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button {...(isPrimary ? {} : { variant: "secondary", size: "sm" })} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {isOpen && (
        <Modal isOpen variant="medium" onClose={() => setOpen(false)} aria-label={label}>
          <ModalHeader title={`${label}: ${title}`} description={note} />
          <ModalBody>
            <ContractForm
              operation={operation}
              initial={input}
              hidden={hidden}
              order={order}
              widgets={widgets}
              submitLabel={label}
              onCancel={() => setOpen(false)}
              onDone={(answer) => {
                setOpen(false);
                if (onDone === undefined) toast({ title: `${label}: ${title}` });
                else onDone(answer);
              }}
            />
          </ModalBody>
        </Modal>
      )}
    </>
  );
}
