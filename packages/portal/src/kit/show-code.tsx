import type { AnyInput } from "@berth/api/client.ts";
import { codeOf } from "@berth/api/code.ts";
import {
  Button,
  ClipboardCopyButton,
  CodeBlock,
  CodeBlockAction,
  CodeBlockCode,
  Modal,
  ModalBody,
  ModalHeader,
  Tab,
  Tabs,
  TabTitleText,
} from "@patternfly/react-core";
import { CodeIcon } from "@patternfly/react-icons/dist/esm/icons/code-icon.js";
import { useId, useState } from "react";
import type { OperationName } from "../api/client.ts";
import { SaveScript } from "./save-script.tsx";

export interface ShowCodeProps {
  readonly operation: OperationName;
  readonly input: AnyInput;
}

/** The command line, curl and TypeScript that do exactly this. */
export function ShowCode({ operation, input }: ShowCodeProps) {
  const [shown, setShown] = useState(0);
  const languages = languagesOf(operation, input);
  if (languages === null)
    return <p className="berth-muted">Fill in the form first: something that it needs is missing.</p>;
  return (
    <Tabs activeKey={shown} onSelect={(_, key) => setShown(Number(key))} aria-label="Language">
      {languages.map(({ name, text }, i) => (
        <Tab key={name} eventKey={i} title={<TabTitleText>{name}</TabTitleText>}>
          <CodeText text={text} label={name} />
          {name === "TypeScript" && <SaveScript text={text} />}
        </Tab>
      ))}
    </Tabs>
  );
}

/** Null while the address of what it is about is not known yet. */
function languagesOf(operation: OperationName, input: AnyInput) {
  try {
    const { cli, curl, typescript } = codeOf(operation, input);
    return [
      ...(cli === null ? [] : [{ name: "Command line", text: cli }]),
      { name: "curl", text: curl },
      { name: "TypeScript", text: typescript },
    ];
  } catch {
    return null;
  }
}

/** Text to be copied. */
export function CodeText({ text, label }: { readonly text: string; readonly label: string }) {
  const id = useId();
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    // Browsers have no clipboard for pages without TLS: then it is marked, for Ctrl C.
    if (navigator.clipboard === undefined) select(id);
    else void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  return (
    <CodeBlock
      actions={
        <CodeBlockAction>
          <ClipboardCopyButton
            id={`${id}-copy`}
            textId={id}
            aria-label={`Copy ${label}`}
            variant="plain"
            onClick={copy}
            onTooltipHidden={() => setCopied(false)}
          >
            {isCopied ? "Copied" : "Copy"}
          </ClipboardCopyButton>
        </CodeBlockAction>
      }
    >
      <CodeBlockCode id={id} tabIndex={0} aria-label={label}>
        {text}
      </CodeBlockCode>
    </CodeBlock>
  );
}

function select(id: string): void {
  const element = document.getElementById(id);
  if (element !== null) getSelection()?.selectAllChildren(element);
}

/** A button that opens the code of a call. */
export function ShowCodeButton(props: ShowCodeProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="link" icon={<CodeIcon />} onClick={() => setOpen(true)}>
        Show code
      </Button>
      {isOpen && (
        <Modal isOpen variant="medium" onClose={() => setOpen(false)} aria-label="The same as code">
          <ModalHeader title="The same as code" description="Filled with the present values; run it anywhere." />
          <ModalBody>
            <ShowCode {...props} />
          </ModalBody>
        </Modal>
      )}
    </>
  );
}
