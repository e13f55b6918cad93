import { connect, isConnected } from "@berth/sdk/draft-edit.ts";
import type { GraphNode } from "@berth/sdk/graph.ts";
import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { type Ref, useState } from "react";
import type { Designer } from "./use-designer.ts";

/** Draws a wire without a mouse. */
export function ConnectMenu({ designer, node }: { readonly designer: Designer; readonly node: GraphNode }) {
  const [isOpen, setOpen] = useState(false);
  const { graph, value, edit } = designer;
  const other = node.kind === "group" ? "network" : "group";
  const endsWith = (id: string) =>
    node.kind === "group" ? { group: node.id, network: id } : { group: id, network: node.id };
  const free = graph.nodes.filter(({ id, kind }) => {
    const { group, network } = endsWith(id);
    return kind === other && !isConnected(value, group, network);
  });
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusFirstItemOnOpen
      toggle={(ref: Ref<HTMLButtonElement>) => (
        <MenuToggle ref={ref} isExpanded={isOpen} onClick={() => setOpen(!isOpen)} isDisabled={free.length === 0}>
          Connect to…
        </MenuToggle>
      )}
    >
      <DropdownList>
        {free.map(({ id, name }) => (
          <DropdownItem
            key={id}
            onClick={() =>
              edit((draft) => {
                const { group, network } = endsWith(id);
                return connect(draft, group, network);
              })
            }
          >
            {name}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
