import type { ConsoleKind } from "@berth/api/console.ts";
import { Button } from "@patternfly/react-core";
import { useRef, useState } from "react";
import { Empty } from "../../kit/empty.tsx";
import { KIND_NAMES, type SubjectKind } from "./console-rules.ts";
import { ConsoleToolbar } from "./console-toolbar.tsx";
import { useConsole } from "./use-console.ts";

export interface ConsoleViewProps {
  readonly subject: SubjectKind;
  readonly id: string;
  readonly name: string;
  readonly kinds: readonly ConsoleKind[];
  readonly kind: ConsoleKind;
  readonly onKind: (kind: ConsoleKind) => void;
  readonly onPopOut?: (() => void) | undefined;
}

/** A console with its toolbar. */
export function ConsoleView({ subject, id, name, kinds, kind, onKind, onPopOut }: ConsoleViewProps) {
  const frame = useRef<HTMLDivElement>(null);
  const target = useRef<HTMLDivElement>(null);
  const [attempt, setAttempt] = useState(0);
  const { phase, size } = useConsole(target, { subject, id, kind, attempt });
  const reconnect = () => setAttempt((last) => last + 1);
  return (
    <div className="berth-console">
      <ConsoleToolbar
        {...{ kinds, kind, onKind, phase, size, onPopOut }}
        onReconnect={reconnect}
        onFullScreen={() => void frame.current?.requestFullscreen()}
      />
      <div className="berth-console__frame" ref={frame}>
        <section
          ref={target}
          className={`berth-console__target berth-console__target--${kind}`}
          aria-label={`${KIND_NAMES[kind]} of ${name}`}
          data-state={phase.is}
        />
        {phase.is === "over" && (
          <div className="berth-console__over" role="alert">
            <Empty
              title={phase.title}
              text={phase.text}
              action={
                <Button variant="primary" onClick={reconnect}>
                  Open it again
                </Button>
              }
            />
          </div>
        )}
      </div>
    </div>
  );
}
