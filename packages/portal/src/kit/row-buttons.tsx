import { Button } from "@patternfly/react-core";
import { PlusCircleIcon } from "@patternfly/react-icons/dist/esm/icons/plus-circle-icon.js";
import { TrashIcon } from "@patternfly/react-icons/dist/esm/icons/trash-icon.js";

export function AddButton({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={onClick}>
      {label}
    </Button>
  );
}

export function RemoveButton({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return <Button variant="plain" icon={<TrashIcon />} aria-label={label} onClick={onClick} />;
}
