import { type RefObject, useEffect } from "react";

/**
 * Keys of a part of the page. They work while it, or what holds all of it, has the focus (WCAG 2.2, 2.1.4), and never
 * while somebody types.
 */
export function useKeys(area: RefObject<Element | null>, actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const act = actions[event.key];
      const target = event.target instanceof Element ? event.target : null;
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!isWithin(target, area.current) || isTyping(target)) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  });
}

/** Something in the area, or what holds all of it: the page after a change of place, or the body. */
export function isWithin(element: Element | null, area: Element | null): boolean {
  return element === null || area === null || element.contains(area) || area.contains(element);
}

function isTyping(target: Element | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
