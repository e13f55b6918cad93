import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useApi } from "../../api/queries.ts";
import { Loaded } from "../../kit/problem.tsx";
import { DiffView } from "./diff-view.tsx";

export interface ConflictDialogProps {
  readonly name: string;
  readonly draft: string;
  /** What Berth said. */
  readonly words: string;
  readonly onTakeTheirs: (text: string, version: number) => void;
  readonly onKeepMine: (version: number) => void;
  readonly onClose: () => void;
}

/** Two people have edited one template, and the other saved first: nothing of either is lost unasked. */
export function ConflictDialog({ name, draft, words, onTakeTheirs, onKeepMine, onClose }: ConflictDialogProps) {
  const latest = useApi("getTemplate", { params: { name } });
  const version = latest.data?.version;
  const theirs = useApi(
    "exportTemplate",
    { params: { name: `${name}@${version}` } },
    { enabled: version !== undefined },
  );
  const text = theirs.data?.yaml;
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-label="Somebody else has saved this template">
      <ModalHeader
        title="Somebody else has saved this template"
        titleIconVariant="warning"
        description={`${words.charAt(0).toUpperCase()}${words.slice(1)}. Here is what differs between that version and yours.`}
      />
      <ModalBody>
        <Loaded query={theirs}>
          {({ yaml }) => (
            <DiffView before={{ title: `Version ${version}`, text: yaml }} after={{ title: "Yours", text: draft }} />
          )}
        </Loaded>
      </ModalBody>
      <ModalFooter>
        <Button isDisabled={version === undefined} onClick={() => version !== undefined && onKeepMine(version)}>
          Save mine as the next version
        </Button>
        <Button
          variant="secondary"
          isDisabled={text === undefined || version === undefined}
          onClick={() => text !== undefined && version !== undefined && onTakeTheirs(text, version)}
        >
          Take theirs (undo brings mine back)
        </Button>
        <Button variant="link" onClick={onClose}>
          Go on editing
        </Button>
      </ModalFooter>
    </Modal>
  );
}
