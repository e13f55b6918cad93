import { Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { useApi } from "../api/queries.ts";
import { Facts } from "../kit/facts.tsx";

export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const system = useApi("getSystem");
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-label="Help">
      <ModalHeader title="Help" />
      <ModalBody>
        <div className="berth-stack">
          <Facts
            columns={1}
            items={[
              ["Ctrl K", "find any page, object or act"],
              ["Tab, Enter", "everything can be reached and done by the keyboard"],
              ["Why?", "beside everything that was decided by itself: what was looked at, and why it was chosen"],
              ["Show code", "the command line, curl and TypeScript that do the same"],
              ["Version", system.data?.version],
            ]}
          />
          <p>
            What the pages do goes through the public API: <a href="/openapi.json">its description</a>.
          </p>
        </div>
      </ModalBody>
    </Modal>
  );
}
