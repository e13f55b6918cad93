import type { ClientError } from "@berth/api/client-error.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { api } from "./client.ts";
import { connectionState, heardFrom, lostWith, onConnection } from "./connection.ts";
import { type LiveEvent, mergeTags, tagsTouched } from "./live-rules.ts";
import { readAgain } from "./read-again.ts";

/** Events come in swarms; what they touch is read again at most this often. */
const GATHER_MS = 1_000;
const AGAIN_MS = 2_000;
/** Browsers keep six connections to a server, for all tabs together: a tab that nobody sees gives its one back. */
const HIDDEN_MS = 30_000;

/** Keeps what the page shows fresh: one stream of events, while somebody looks and is signed in. */
export function LiveEvents() {
  const client = useQueryClient();
  const { isSignedOut } = useConnection();
  useEffect(() => {
    if (isSignedOut) return;
    let waiting: LiveEvent[] = [];
    let timer: number | undefined;
    const flush = () => {
      timer = undefined;
      const tags = mergeTags(waiting.map(tagsTouched));
      waiting = [];
      readAgain(client, tags);
    };
    return listen({
      onEvent: (event) => {
        waiting.push(event);
        if (timer === undefined) timer = window.setTimeout(flush, GATHER_MS);
      },
      // Whatever has happened meanwhile was not told.
      onBack: () => readAgain(client),
    });
  }, [client, isSignedOut]);
  return null;
}

export function useConnection() {
  return useSyncExternalStore(onConnection, connectionState);
}

interface Listener {
  onEvent(event: LiveEvent): void;
  onBack(): void;
}

/** Follows `/v1/events` until the function that it answers is called. */
function listen({ onEvent, onBack }: Listener): () => void {
  let source: EventSource | null = null;
  let again: number | undefined;
  let hidden: number | undefined;
  let wasLost = false;

  const close = () => {
    source?.close();
    source = null;
    window.clearTimeout(again);
  };
  const open = () => {
    close();
    source = new EventSource("/v1/events");
    source.onopen = () => {
      heardFrom("events");
      if (wasLost) onBack();
      wasLost = false;
    };
    source.onmessage = (message: MessageEvent<string>) => onEvent(JSON.parse(message.data) as LiveEvent);
    source.onerror = () => {
      wasLost = true;
      close();
      again = window.setTimeout(open, AGAIN_MS);
      // An EventSource does not say what was wrong. A call does: no answer, or no session.
      api.whoami().catch((error: ClientError) => {
        if (error.code === "unreachable" || error.code === "unavailable") lostWith("events");
      });
    };
  };
  const onVisibility = () => {
    window.clearTimeout(hidden);
    if (document.visibilityState === "hidden") {
      hidden = window.setTimeout(close, HIDDEN_MS);
      wasLost = true;
    } else if (source === null) open();
  };

  // A stream may hang on a line that is dead since a lid was closed: calls find that out, and then it begins anew.
  let before = connectionState().connection;
  const offConnection = onConnection(() => {
    const { connection } = connectionState();
    const isBack = before === "lost" && connection === "connected";
    before = connection;
    if (!isBack) return;
    wasLost = true;
    open();
  });
  document.addEventListener("visibilitychange", onVisibility);
  open();
  return () => {
    offConnection();
    document.removeEventListener("visibilitychange", onVisibility);
    window.clearTimeout(hidden);
    close();
    heardFrom("events");
  };
}
