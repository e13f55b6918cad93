import type { OperationLogLine } from "@berth/api/operation.ts";
import { useLayoutEffect, useRef } from "react";

/** How near to the end still counts as being there, in px. */
const NEAR_PX = 40;

/** The latest lines; stays at the end while the reader is there. */
export function OperationLog({ lines }: { readonly lines: readonly OperationLogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are why it scrolls
  useLayoutEffect(() => {
    if (box.current !== null && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  if (lines.length === 0) return <p className="berth-muted">Nothing has been said yet.</p>;
  return (
    <div
      className="berth-log"
      role="log"
      aria-label="Log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard (WCAG 2.1.1)
      tabIndex={0}
      ref={box}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      }}
    >
      {lines.map((line, i) => (
        <div
          key={i}
          className={line.level === "error" ? "berth-bad" : line.level === "warn" ? "berth-warn" : undefined}
        >
          <span className="berth-muted">{line.at.slice(11, 19)}</span> {line.step !== null && `${line.step}: `}
          {line.message}
        </div>
      ))}
    </div>
  );
}
