import { FormSelect, FormSelectOption, Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { useState } from "react";
import { useApi } from "../../api/queries.ts";
import { Loaded } from "../../kit/problem.tsx";
import { DiffView } from "./diff-view.tsx";

export interface VersionsDialogProps {
  readonly name: string;
  /** What is shown in the designer, saved or not. */
  readonly draft: string;
  /** The version to begin with. */
  readonly from: number;
  readonly onClose: () => void;
}

const DRAFT = 0;

/** What changed between two versions, or from one to what is being drawn. */
export function VersionsDialog({ name, draft, from: first, onClose }: VersionsDialogProps) {
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(DRAFT);
  const versions = useApi("listTemplateVersions", { params: { name }, query: { limit: 500 } });
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-label="Compare versions">
      <ModalHeader title={`Versions of ${name}`} />
      <ModalBody>
        <Loaded query={versions}>
          {({ items }) => {
            const options = items.map(({ version, createdBy, createdAt, published }) => ({
              version,
              label: `${version} · ${createdBy}, ${new Date(createdAt).toLocaleString()}${published ? " · published" : ""}`,
            }));
            return (
              <div className="berth-stack">
                <div className="designer-diff__titles">
                  <FormSelect value={from} aria-label="From version" onChange={(_, next) => setFrom(Number(next))}>
                    {options.map(({ version, label }) => (
                      <FormSelectOption key={version} value={version} label={label} />
                    ))}
                  </FormSelect>
                  <FormSelect value={to} aria-label="To version" onChange={(_, next) => setTo(Number(next))}>
                    <FormSelectOption value={DRAFT} label="What is drawn now" />
                    {options.map(({ version, label }) => (
                      <FormSelectOption key={version} value={version} label={label} />
                    ))}
                  </FormSelect>
                </div>
                <Difference name={name} from={from} to={to} draft={draft} />
              </div>
            );
          }}
        </Loaded>
      </ModalBody>
    </Modal>
  );
}

interface DifferenceProps {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly draft: string;
}

function Difference({ name, from, to, draft }: DifferenceProps) {
  const before = useApi("exportTemplate", { params: { name: `${name}@${from}` } });
  const after = useApi("exportTemplate", { params: { name: `${name}@${to}` } }, { enabled: to !== DRAFT });
  return (
    <Loaded query={before}>
      {(old) => {
        const later = to === DRAFT ? draft : after.data?.yaml;
        if (later === undefined) return null;
        const title = to === DRAFT ? "What is drawn now" : `Version ${to}`;
        return <DiffView before={{ title: `Version ${from}`, text: old.yaml }} after={{ title, text: later }} />;
      }}
    </Loaded>
  );
}
