import { DatabaseIcon } from "@patternfly/react-icons/dist/esm/icons/database-icon.js";
import { HddIcon } from "@patternfly/react-icons/dist/esm/icons/hdd-icon.js";
import { NetworkWiredIcon } from "@patternfly/react-icons/dist/esm/icons/network-wired-icon.js";
import { RandomIcon } from "@patternfly/react-icons/dist/esm/icons/random-icon.js";
import { ServerIcon } from "@patternfly/react-icons/dist/esm/icons/server-icon.js";
import { VirtualMachineIcon } from "@patternfly/react-icons/dist/esm/icons/virtual-machine-icon.js";
import type { PartKind } from "./parts.ts";

/** Of the data that a part carries while it is dragged. */
export const PART_TYPE = "application/x-berth-part";

const PARTS = [
  { kind: "physical", title: "Physical servers", text: "machines of their own", icon: ServerIcon },
  { kind: "virtual", title: "Virtual servers", text: "on hosts", icon: VirtualMachineIcon },
  { kind: "either", title: "Servers, either kind", text: "where there is room", icon: RandomIcon },
  { kind: "network", title: "Network", text: "to wire servers to", icon: NetworkWiredIcon },
  { kind: "data", title: "Data disk", text: "for the chosen servers", icon: HddIcon },
  { kind: "shared", title: "Shared disk", text: "one for all of a virtual group", icon: DatabaseIcon },
] as const satisfies readonly { kind: PartKind; title: string; text: string; icon: unknown }[];

export interface PaletteProps {
  readonly isDisabled: boolean;
  readonly onAdd: (kind: PartKind) => void;
}

/** What a template is made of: dragged on to the canvas, or added by a click or Enter. */
export function Palette({ isDisabled, onAdd }: PaletteProps) {
  return (
    <section className="designer-palette" aria-label="Palette">
      <h2 className="designer-side-title">Add</h2>
      {PARTS.map(({ kind, title, text, icon: Icon }) => (
        <button
          key={kind}
          type="button"
          className="designer-part"
          disabled={isDisabled}
          draggable
          onClick={() => onAdd(kind)}
          onDragStart={(event) => {
            event.dataTransfer.setData(PART_TYPE, kind);
            event.dataTransfer.effectAllowed = "copy";
          }}
        >
          <Icon aria-hidden="true" />
          <span>
            <span className="designer-part__title">{title}</span>
            <span className="designer-part__text">{text}</span>
          </span>
        </button>
      ))}
    </section>
  );
}
