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

export interface ShowCodeProps {
  readonly operation: OperationName;
  readonly input: AnyInput;
}

/** The command line, curl and TypeScript that do exactly this. */
export function ShowCode({ operation, input }: ShowCodeProps) {
  const code = codeOf(operation, input);
  const languages = [
    ...(code.cli === null ? [] : [{ name: "Command line", text: code.cli }]),
    { name: "curl", text: code.curl },
    { name: "TypeScript", text: code.typescript },
  ];
  const [shown, setShown] = useState(0);
  return (
    <Tabs activeKey={shown} onSelect={(_, key) => setShown(Number(key))} aria-label="Language">
      {languages.map(({ name, text }, i) => (
        <Tab key={name} eventKey={i} title={<TabTitleText>{name}</TabTitleText>}>
          <CodeText text={text} label={name} />
        </Tab>
      ))}
    </Tabs>
  );
}

/** Text to be copied. */
export function CodeText({ text, label }: { readonly text: string; readonly label: string }) {
  const id = useId();
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
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
