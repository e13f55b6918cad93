import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { CONSOLE_CLOSE, CONSOLE_PATH } from "@berth/api/console.ts";
import { type WebSocket, WebSocketServer } from "ws";
import { audit } from "../audit/audit.ts";
import { type Authenticate, type Credentials, readCredentials } from "../kernel/auth/credentials.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { refuseUpgrade } from "../kernel/http/upgrade.ts";
import type { Log } from "../kernel/log.ts";
import { asRefusal } from "./refusal.ts";
import { CONSOLE_LIMITS, type ConsoleLimits, closeReason, isOwnOrigin, MAX_MESSAGE_BYTES } from "./rules.ts";
import { createSerialLines } from "./serial-lines.ts";
import { runSession } from "./session.ts";
import { type ConsoleTarget, refuseByRoute, type TargetDeps, targetOf } from "./targets.ts";
import { type Ticket, useTicket } from "./tickets.ts";

export interface ConsoleUpgradeDeps extends TargetDeps {
  readonly authenticate: Authenticate;
  readonly log: Log;
  readonly limits?: Partial<ConsoleLimits>;
  readonly now?: () => Date;
}

export interface ConsoleUpgrade {
  /** Whether the request was for a console, and is taken. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Ends all consoles and waits until that is written down. */
  close(): Promise<void>;
}

const OPEN_MS = 20_000;

interface Visitor {
  readonly actor: Actor;
  readonly credentials: Credentials;
  readonly userId: string;
}

/** The WebSocket behind a ticket: see `@berth/api/console.ts`. */
export function consoleUpgrade(deps: ConsoleUpgradeDeps): ConsoleUpgrade {
  const limits = { ...CONSOLE_LIMITS, ...deps.limits };
  const now = deps.now ?? (() => new Date());
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  const lines = createSerialLines();
  /** Sockets from the ticket on, with their user. */
  const open = new Map<Duplex, string>();
  const running = new Set<Promise<void>>();

  async function admit(
    request: IncomingMessage,
    socket: Duplex,
  ): Promise<Visitor & { ticket: Ticket; target: ConsoleTarget }> {
    const visitor = await visitorOf(request);
    refuseCrowd(visitor.userId);
    open.set(socket, visitor.userId);
    const secret = (request.url ?? "").slice(CONSOLE_PATH.length);
    const ticket = await useTicket(deps.db, { secret, userId: visitor.userId, now: now() });
    if (ticket === null)
      throw new AppError(
        "not_found",
        "This address of a console was used before, is older than a minute, or is not yours. Ask for another one.",
      );
    refuseByRoute(visitor.actor, ticket.subjectKind);
    return { ...visitor, ticket, target: await targetOf(deps, visitor.actor, ticket.subjectKind, ticket.subjectId) };
  }

  async function visitorOf(request: IncomingMessage): Promise<Visitor> {
    const credentials = readCredentials(request.headers);
    const actor = credentials === null ? null : await deps.authenticate(credentials);
    if (credentials === null || actor === null || actor.userId === null)
      throw new AppError("unauthenticated", "A console opens for who asked for it only: sign in first.");
    if (!isOwnOrigin(request.headers.origin, request.headers.host, credentials.kind))
      throw new AppError("forbidden", "A console opens from Berth's own pages only.");
    return { actor, credentials, userId: actor.userId };
  }

  function refuseCrowd(userId: string): void {
    const own = [...open.values()].filter((id) => id === userId).length;
    if (own >= limits.perUser)
      throw new AppError("too_many_requests", `You have ${own} consoles open. Close one first.`);
    if (open.size >= limits.perController) throw new AppError("too_many_requests", "Too many consoles are open here.");
  }

  async function serve(
    socket: WebSocket,
    admitted: Awaited<ReturnType<typeof admit>>,
    requestId: string,
  ): Promise<void> {
    const { actor, credentials, ticket, target } = admitted;
    const startedAt = performance.now();
    const details = { kind: ticket.kind, ...(ticket.watchOnly ? { watchOnly: true } : {}) };
    const note = (action: string, outcome: "done" | "failed", more: Record<string, unknown> = {}) =>
      audit(deps.db, { actor, action, object: target.object, outcome, requestId, details: { ...details, ...more } });

    const backend = await openBackend(target, ticket).catch(async (error: unknown) => {
      const { message } = asRefusal(error);
      socket.close(CONSOLE_CLOSE.unavailable, closeReason(message));
      // To hear that the other side has understood.
      socket.resume();
      await note("console.open", "failed", { reason: message });
      return null;
    });
    if (backend === null) return;
    // Nobody looks at it before the session does, and it may break before that.
    backend.on("error", () => {});
    await note("console.open", "done");
    const end = await runSession(socket, backend, {
      ...{ kind: ticket.kind, watchOnly: ticket.watchOnly, limits },
      look: () => whyNotAnyMore(credentials, ticket, target),
    });
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    await note("console.close", "done", { seconds, ...end });
  }

  async function openBackend({ console, subject, place }: ConsoleTarget, { kind }: Ticket): Promise<Duplex> {
    if (console === null) throw new AppError("conflict", "There is no console here.");
    const connect = () => console.open(subject, kind, { signal: AbortSignal.timeout(OPEN_MS) });
    return kind === "serial" ? await lines.watch(`${place}/${subject}`, connect) : await connect();
  }

  async function whyNotAnyMore(shown: Credentials, ticket: Ticket, before: ConsoleTarget): Promise<string | null> {
    const actor = await deps.authenticate(shown);
    if (actor === null) return "You are signed out.";
    try {
      refuseByRoute(actor, ticket.subjectKind);
      const target = await targetOf(deps, actor, ticket.subjectKind, ticket.subjectId);
      return target.place === before.place
        ? null
        : `${target.object.name} has moved elsewhere. Open its console again.`;
    } catch (error) {
      if (error instanceof AppError) return error.message;
      throw error;
    }
  }

  function refuse(socket: Duplex, error: unknown, requestId: string): void {
    const known = asRefusal(error);
    if (known.code === "internal") deps.log.error("console failed", { requestId, error });
    refuseUpgrade(socket, known, requestId);
  }

  return {
    take(request, socket, head) {
      if (!(request.url ?? "").startsWith(CONSOLE_PATH)) return false;
      const requestId = crypto.randomUUID();
      socket.on("error", () => {});
      socket.once("close", () => open.delete(socket));
      admit(request, socket).then(
        (admitted) =>
          sockets.handleUpgrade(request, socket, head, (webSocket) => {
            webSocket.on("error", () => {});
            // Until there is somebody to type to.
            webSocket.pause();
            const serving = serve(webSocket, admitted, requestId).catch((error: unknown) => {
              deps.log.error("console failed", { requestId, error });
              webSocket.terminate();
            });
            running.add(serving);
            void serving.then(() => running.delete(serving));
          }),
        (error: unknown) => refuse(socket, error, requestId),
      );
      return true;
    },
    async close() {
      for (const socket of open.keys()) socket.destroy();
      lines.close();
      await Promise.allSettled(running);
      sockets.close();
    },
  };
}
