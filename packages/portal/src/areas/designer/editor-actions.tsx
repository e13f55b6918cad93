import { printTypeScript } from "@berth/sdk/typescript-print.ts";
import { Button, Modal, ModalBody, ModalHeader, Tooltip } from "@patternfly/react-core";
import { CodeIcon } from "@patternfly/react-icons/dist/esm/icons/code-icon.js";
import { MagicIcon } from "@patternfly/react-icons/dist/esm/icons/magic-icon.js";
import { RedoIcon } from "@patternfly/react-icons/dist/esm/icons/redo-icon.js";
import { UndoIcon } from "@patternfly/react-icons/dist/esm/icons/undo-icon.js";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type OutputOf, useAct } from "../../api/queries.ts";
import { Confirm } from "../../kit/confirm.tsx";
import { ContractForm } from "../../kit/contract-form.tsx";
import { download } from "../../kit/download.ts";
import { hrefOf } from "../../kit/paths.ts";
import { ShowCode } from "../../kit/show-code.tsx";
import { toast } from "../../kit/toasts.tsx";
import { dropDraft } from "./draft-store.ts";
import { MoreMenu } from "./more-menu.tsx";
import { importedText, nameIn, openText } from "./text-files.ts";
import type { Designer } from "./use-designer.ts";
import type { Saving } from "./use-saving.ts";

type Saved = OutputOf<"getTemplate"> | null;

interface ActionsProps {
  readonly designer: Designer;
  readonly saving: Saving;
  readonly saved: Saved;
  readonly isCodeShown: boolean;
  readonly onToggleCode: () => void;
  readonly onLayOut: () => void;
  readonly onPlace: () => void;
  readonly onCompare: () => void;
}

export function EditorActions(props: ActionsProps) {
  const { designer, saving, saved, isCodeShown, onToggleCode, onLayOut, onPlace, onCompare } = props;
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"clone" | "delete" | "code" | null>(null);
  const unpublish = useAct("unpublishTemplate", {
    onDone: ({ name }) => toast({ title: `${name} is out of the catalogue` }),
  });
  const remove = useAct("deleteTemplate");
  const { lamp, text, value } = designer;
  const name = nameIn(value);
  const isWrong = lamp.colour === "red";
  const notSaved = saved === null ? "It was never saved." : null;
  const why = isWrong ? `${lamp.words}: the lamp says what.` : null;
  const importFile = async () => {
    const file = await openText(".yaml,.yml,.ts,.js");
    if (file === null) return;
    const imported = importedText(file);
    if ("refused" in imported) toast({ title: `${file.name} is no template`, text: imported.refused, tone: "danger" });
    else designer.write(imported.text);
  };
  return (
    <>
      <IconButton
        label="Undo"
        keys="Ctrl-Z"
        icon={<UndoIcon />}
        isDisabled={!designer.canUndo}
        onClick={designer.undo}
      />
      <IconButton
        label="Redo"
        keys="Ctrl-Y"
        icon={<RedoIcon />}
        isDisabled={!designer.canRedo}
        onClick={designer.redo}
      />
      <IconButton label="Lay out" icon={<MagicIcon />} isDisabled={false} onClick={onLayOut} />
      <Button variant="secondary" icon={<CodeIcon />} aria-pressed={isCodeShown} onClick={onToggleCode}>
        {isCodeShown ? "Hide code" : "Code"}
      </Button>
      <Reasoned reason={why}>
        <Button variant="secondary" isAriaDisabled={isWrong} onClick={onPlace}>
          Test placement
        </Button>
      </Reasoned>
      <Reasoned reason={why}>
        <Button
          variant="secondary"
          isAriaDisabled={isWrong || saving.isBusy}
          onClick={() => saving.save({ publish: false })}
        >
          Save
        </Button>
      </Reasoned>
      <Reasoned reason={why ?? (lamp.colour === "yellow" ? (lamp.lines[0]?.text ?? null) : null)}>
        <Button
          isAriaDisabled={lamp.colour !== "green" || saving.isBusy}
          onClick={() => saving.save({ publish: true })}
        >
          Publish
        </Button>
      </Reasoned>
      <MoreMenu
        entries={[
          { label: "Compare versions", reason: notSaved, onChoose: onCompare },
          { label: "Clone", reason: notSaved, onChoose: () => setDialog("clone") },
          null,
          { label: "Show code", onChoose: () => setDialog("code") },
          { label: "Import a file", onChoose: () => void importFile() },
          { label: "Export as YAML", onChoose: () => download(`${name}.yaml`, text, "application/yaml") },
          {
            label: "Export as TypeScript",
            onChoose: () => download(`${name}.ts`, printTypeScript(value), "text/typescript"),
          },
          null,
          {
            label: "Take out of the catalogue",
            reason: saved?.published === true ? null : "It is not published.",
            onChoose: () => unpublish.mutate({ params: { name: saved?.name ?? name }, body: {} }),
          },
          { label: "Delete", reason: notSaved, isDanger: true, onChoose: () => setDialog("delete") },
        ]}
      />
      {dialog === "code" && (
        <Modal isOpen variant="medium" onClose={() => setDialog(null)} aria-label="Saving as code">
          <ModalHeader title="Saving this template, as code" />
          <ModalBody>
            <ShowCode
              operation="applyTemplate"
              input={{ body: { document: text, publish: false, base: designer.base } }}
            />
          </ModalBody>
        </Modal>
      )}
      {dialog === "clone" && saved !== null && (
        <Modal isOpen variant="small" onClose={() => setDialog(null)} aria-label="Clone">
          <ModalHeader title={`Clone ${saved.name}`} description="The saved version, under another name." />
          <ModalBody>
            <ContractForm<OutputOf<"cloneTemplate">>
              operation="cloneTemplate"
              initial={{ params: { name: saved.name } }}
              submitLabel="Clone"
              onCancel={() => setDialog(null)}
              onDone={(clone) => void navigate({ to: hrefOf("design", clone.name) })}
            />
          </ModalBody>
        </Modal>
      )}
      {dialog === "delete" && saved !== null && (
        <Confirm
          title={`Delete ${saved.name}?`}
          label="Delete"
          isDanger
          kept="Services that were made of it."
          lost={`Template ${saved.name} with all its versions.`}
          error={remove.error}
          isBusy={remove.isPending}
          code={{ operation: "deleteTemplate", input: { params: { name: saved.name } } }}
          onClose={() => setDialog(null)}
          onConfirm={() =>
            remove.mutate(
              { params: { name: saved.name } },
              {
                onSuccess: () => {
                  dropDraft(saved.name);
                  void navigate({ to: "/designer" });
                },
              },
            )
          }
        />
      )}
    </>
  );
}

interface IconButtonProps {
  readonly label: string;
  readonly keys?: string;
  readonly icon: ReactNode;
  readonly isDisabled: boolean;
  readonly onClick: () => void;
}

function IconButton({ label, keys, icon, isDisabled, onClick }: IconButtonProps) {
  return (
    <Tooltip content={keys === undefined ? label : `${label} (${keys})`} aria="none">
      <Button variant="plain" icon={icon} aria-label={label} isAriaDisabled={isDisabled} onClick={onClick} />
    </Tooltip>
  );
}

function Reasoned({ reason, children }: { readonly reason: string | null; readonly children: React.ReactElement }) {
  return reason === null ? children : <Tooltip content={reason}>{children}</Tooltip>;
}
