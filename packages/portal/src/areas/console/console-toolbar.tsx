import type { ConsoleKind } from "@berth/api/console.ts";
import { Button, Switch, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useState } from "react";
import { KIND_NAMES } from "./console-rules.ts";
import { PasteDialog } from "./paste-dialog.tsx";
import type { ConsolePhase } from "./use-console.ts";

export interface ConsoleToolbarProps {
  readonly kinds: readonly ConsoleKind[];
  readonly kind: ConsoleKind;
  readonly onKind: (kind: ConsoleKind) => void;
  readonly phase: ConsolePhase;
  readonly size: string;
  readonly onReconnect: () => void;
  readonly onFullScreen: () => void;
  /** Absent in a window that is one already. */
  readonly onPopOut?: (() => void) | undefined;
}

/** What can be done with a console, above it. */
export function ConsoleToolbar(props: ConsoleToolbarProps) {
  const { kinds, kind, onKind, phase, size } = props;
  const [isPasting, setPasting] = useState(false);
  const [isFitted, setFitted] = useState(true);
  const handle = phase.is === "open" ? phase.handle : null;
  return (
    <div className="berth-console__toolbar" role="toolbar" aria-label="Console">
      {kinds.length > 1 && (
        <ToggleGroup aria-label="Which console">
          {kinds.map((one) => (
            <ToggleGroupItem key={one} text={KIND_NAMES[one]} isSelected={one === kind} onChange={() => onKind(one)} />
          ))}
        </ToggleGroup>
      )}
      {kind === "vnc" && (
        <Button variant="secondary" isDisabled={handle === null} onClick={() => handle?.ctrlAltDel?.()}>
          Send Ctrl-Alt-Del
        </Button>
      )}
      <Button variant="secondary" isDisabled={handle === null} onClick={() => setPasting(true)}>
        Paste text
      </Button>
      {kind === "vnc" && (
        <Switch
          id="console-fit"
          label="Fit to page"
          isChecked={isFitted}
          isDisabled={handle === null}
          onChange={(_, isOn) => {
            setFitted(isOn);
            handle?.fit?.(isOn);
          }}
        />
      )}
      <span className="berth-console__end">
        <span className="berth-muted" aria-live="polite">
          {phase.is === "opening" ? "Opening…" : phase.is === "open" ? size : "Closed"}
        </span>
        <Button variant="link" onClick={props.onReconnect}>
          Reconnect
        </Button>
        <Button variant="link" onClick={props.onFullScreen}>
          Full screen
        </Button>
        {props.onPopOut !== undefined && (
          <Button variant="link" onClick={props.onPopOut}>
            Own window
          </Button>
        )}
      </span>
      {isPasting && handle !== null && <PasteDialog onPaste={handle.type} onClose={() => setPasting(false)} />}
    </div>
  );
}
