import { Alert, AlertActionCloseButton, AlertGroup } from "@patternfly/react-core";
import { type ReactNode, useSyncExternalStore } from "react";

export interface Toast {
  readonly title: string;
  readonly text?: ReactNode;
  readonly tone?: "success" | "danger" | "warning" | "info";
}
interface ShownToast extends Toast {
  readonly id: number;
}

const SHOWN_MS = 8_000;
const MAX_SHOWN = 4;
let toasts: readonly ShownToast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

/** Says something that asks for no answer. Failures stay until they are closed. */
export function toast(wish: Toast): void {
  const shown = { ...wish, id: nextId };
  nextId += 1;
  set([...toasts, shown].slice(-MAX_SHOWN));
}

function set(next: readonly ShownToast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function onToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where toasts appear; screen readers are told each of them. */
export function Toasts() {
  const shown = useSyncExternalStore(onToasts, () => toasts);
  return (
    <AlertGroup isToast isLiveRegion>
      {shown.map(({ id, title, text, tone = "success" }) => {
        const close = () => set(toasts.filter((one) => one.id !== id));
        return (
          <Alert
            key={id}
            title={title}
            variant={tone}
            {...(tone === "danger" ? {} : { timeout: SHOWN_MS, onTimeout: close })}
            actionClose={<AlertActionCloseButton onClose={close} title={title} />}
          >
            {text}
          </Alert>
        );
      })}
    </AlertGroup>
  );
}
