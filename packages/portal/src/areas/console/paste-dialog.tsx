import { Button, Modal, ModalBody, ModalFooter, ModalHeader, TextArea } from "@patternfly/react-core";
import { useState } from "react";

export interface PasteDialogProps {
  readonly onPaste: (text: string) => void;
  readonly onClose: () => void;
}

/** A console has no clipboard of its own: the text is typed, key by key. */
export function PasteDialog({ onPaste, onClose }: PasteDialogProps) {
  const [text, setText] = useState("");
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-label="Paste text">
      <ModalHeader
        title="Paste text"
        description="It is typed into the console as if by hand; each line ends with Return."
      />
      <ModalBody>
        <TextArea
          aria-label="Text to type"
          className="berth-mono"
          value={text}
          rows={6}
          resizeOrientation="vertical"
          onChange={(_, value) => setText(value)}
        />
      </ModalBody>
      <ModalFooter>
        <Button
          isDisabled={text === ""}
          onClick={() => {
            onClose();
            onPaste(text);
          }}
        >
          Type it
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
