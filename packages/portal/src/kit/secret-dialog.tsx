import { Button, ClipboardCopy, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";

export interface SecretDialogProps {
  readonly title: string;
  readonly text: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** A password or token that is shown this once: it stays until the reader closes it. */
export function SecretDialog({ title, text, secret, onClose }: SecretDialogProps) {
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-label={title}>
      <ModalHeader title={title} description={text} />
      <ModalBody>
        <ClipboardCopy isReadOnly hoverTip="Copy" clickTip="Copied" textAriaLabel={title}>
          {secret}
        </ClipboardCopy>
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>I have it</Button>
      </ModalFooter>
    </Modal>
  );
}
