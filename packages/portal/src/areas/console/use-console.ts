import { ClientError } from "@berth/api/client-error.ts";
import type { ConsoleKind } from "@berth/api/console.ts";
import { type RefObject, useEffect, useState } from "react";
import { api } from "../../api/client.ts";
import { type AttachConsole, type ConsoleHandle, closeWords, type SubjectKind, socketUrl } from "./console-rules.ts";

/** Each in a chunk of its own: who looks at a serial line needs no noVNC. */
const VIEWS: Record<ConsoleKind, () => Promise<{ attach: AttachConsole }>> = {
  vnc: () => import("./screen.ts"),
  serial: () => import("./terminal.ts"),
};

export type ConsolePhase =
  | { readonly is: "opening" }
  | { readonly is: "open"; readonly handle: ConsoleHandle }
  | { readonly is: "over"; readonly title: string; readonly text: string };

interface Wanted {
  readonly subject: SubjectKind;
  readonly id: string;
  readonly kind: ConsoleKind;
  /** Another number opens it anew, with a ticket of its own. */
  readonly attempt: number;
}

const OPENING: ConsolePhase = { is: "opening" };

/** Opens a console inside an element for as long as the element is there. */
export function useConsole(target: RefObject<HTMLElement | null>, { subject, id, kind, attempt }: Wanted) {
  const [phase, setPhase] = useState<ConsolePhase>(OPENING);
  const [size, setSize] = useState("");

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another console
  useEffect(() => {
    const left = new AbortController();
    const tell = (next: ConsolePhase) => {
      if (!left.signal.aborted) setPhase(next);
    };
    const over = (title: string, text: string) => tell({ is: "over", title, text });

    async function open(): Promise<void> {
      const [{ attach }, ticket] = await Promise.all([VIEWS[kind](), ticketFor(subject, id, kind)]);
      const element = target.current;
      if (left.signal.aborted || element === null) return;
      const socket = new WebSocket(socketUrl(ticket.url, location));
      socket.binaryType = "arraybuffer";
      const failure = { text: null as string | null };
      const handle = attach(element, socket, {
        size: setSize,
        failed: (text) => {
          failure.text = text;
        },
      });
      left.signal.addEventListener("abort", () => {
        handle.close();
        element.replaceChildren();
      });
      socket.addEventListener("open", () => tell({ is: "open", handle }));
      socket.addEventListener("close", ({ code, reason }) => {
        const words = closeWords(code, reason);
        over(words.title, failure.text ?? words.text);
      });
    }

    setPhase(OPENING);
    setSize("");
    open().catch((error: unknown) => {
      const why =
        error instanceof ClientError ? [error.message, ...error.reasons].join(" ") : "This page lacks a part.";
      over("The console could not be opened", why);
    });
    return () => left.abort();
  }, [subject, id, kind, attempt]);

  return { phase, size };
}

function ticketFor(subject: SubjectKind, id: string, kind: ConsoleKind) {
  const asked = { params: { id }, body: { kind } };
  return subject === "server" ? api.openServerConsole(asked) : api.openMachineConsole(asked);
}
