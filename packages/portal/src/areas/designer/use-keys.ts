import { useEffect, useRef } from "react";

export interface Keys {
  readonly undo: () => void;
  readonly redo: () => void;
  readonly save: () => void;
}

/**
 * Ctrl-Z, Ctrl-Y and Ctrl-S, wherever the focus is: what was deleted took the focus with it. Dialogs keep their own keys,
 * and the editors of texts have told the page that they did it already.
 */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isElsewhere = event.target instanceof Element && event.target.closest('[role="dialog"]') !== null;
      if (!(event.ctrlKey || event.metaKey) || event.defaultPrevented || isElsewhere) return;
      const act = actOf(event, latest.current);
      if (act === null) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

function actOf({ key, shiftKey }: KeyboardEvent, { undo, redo, save }: Keys): (() => void) | null {
  switch (key.toLowerCase()) {
    case "s":
      return save;
    case "y":
      return redo;
    case "z":
      return shiftKey ? redo : undo;
    default:
      return null;
  }
}
