import { Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { sessionEnded } from "../api/connection.ts";
import { ContractForm } from "../kit/contract-form.tsx";
import { toast } from "../kit/toasts.tsx";

export function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-label="Change password">
      <ModalHeader title="Change password" description="All your sessions end, this one too; tokens stay." />
      <ModalBody>
        <ContractForm
          operation="changePassword"
          submitLabel="Change password"
          onCancel={onClose}
          onDone={() => {
            onClose();
            toast({ title: "Your password is changed", text: "Sign in with the new one." });
            sessionEnded();
          }}
        />
      </ModalBody>
    </Modal>
  );
}
