import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { EllipsisVIcon } from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon.js";
import { type Ref, useState } from "react";

export interface MenuEntry {
  readonly label: string;
  /** Why it can't be done just now; null when it can. */
  readonly reason?: string | null;
  readonly isDanger?: boolean;
  readonly onChoose: () => void;
}

/** What is done seldom. `null` draws a line. */
export function MoreMenu({ entries }: { readonly entries: readonly (MenuEntry | null)[] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "right" }}
      toggle={(ref: Ref<HTMLButtonElement>) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          icon={<EllipsisVIcon />}
          aria-label="More"
          isExpanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
      )}
    >
      <DropdownList>
        {entries.map((entry, i) =>
          entry === null ? (
            <Divider key={`line-${i}`} component="li" />
          ) : (
            <DropdownItem
              key={entry.label}
              isAriaDisabled={entry.reason != null}
              description={entry.reason ?? undefined}
              isDanger={entry.isDanger === true}
              onClick={entry.onChoose}
            >
              {entry.label}
            </DropdownItem>
          ),
        )}
      </DropdownList>
    </Dropdown>
  );
}
