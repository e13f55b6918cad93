import type { RoleName } from "@berth/api/role.ts";
import type { Contract, Route } from "@berth/api/route.ts";
import type { z } from "zod";
import type { Credentials } from "../auth/credentials.ts";
import type { Tx } from "../db/db.ts";
import type { Log } from "../log.ts";

/** A role that was given to somebody, or to a group that he is in. */
export interface Grant {
  readonly role: RoleName;
  readonly on: "everything" | "project" | "pool";
  /** Of the project or pool. */
  readonly id: string | null;
}

/** Who calls. `userId` is null only on `public` routes. */
export interface Actor {
  readonly userId: string | null;
  readonly name: string;
  /** Those on everything. */
  readonly roles: readonly RoleName[];
  /** All that were given, also those on everything. */
  readonly grants: readonly Grant[];
  /** Of the token that was shown: `read` changes nothing. */
  readonly scope: "full" | "read";
  /** The session or API token that was shown, by its id. */
  readonly shown?: { readonly kind: Credentials["kind"]; readonly id: string };
  /** Where the call came from; absent for what nobody called for. */
  readonly origin?: { readonly address: string; readonly requestId: string };
}

/** What a schema of the route yields; `undefined` for a part that the route does not have. */
type Parsed<R extends Route, K extends "params" | "query" | "body"> =
  R extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined;

/** What a handler gets: everything already parsed by the route's schemas, the access rule already checked. */
export interface RouteRequest<R extends Route> {
  readonly params: Parsed<R, "params">;
  readonly query: Parsed<R, "query">;
  readonly body: Parsed<R, "body">;
  readonly actor: Actor;
  /** Present on routes that `start` something. */
  readonly idempotencyKey: string;
  /** The version in `If-Match`; present on `versioned` routes. */
  readonly ifMatch: number;
  /** On `stream` routes: the `eventId` of the last event that the client has seen; null when it starts afresh. */
  readonly lastEventId: string | null;
  /** What the caller proved itself with; null on `public` routes. */
  readonly credentials: Credentials | null;
  /**
   * On `starts` routes: writes down the answer in the transaction that has the effect, so that the same key again finds
   * it even if this controller dies right after. Without it, such a repeat is told that the outcome is unknown.
   */
  readonly recordAnswer: (tx: Tx, answer: unknown) => Promise<void>;
  /** A cookie that came along; null when there is none of this name. */
  readonly cookie: (name: string) => string | null;
  /** What the caller's program calls itself, at most 300 characters. */
  readonly userAgent: string | null;
  /** Adds a header to the answer. */
  readonly setHeader: (name: string, value: string) => void;
  readonly remoteAddress: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * An object that carries `version` gets an ETag of it. Streams answer with an async iterable of their events; an event
 * that has an `eventId` is sent with it, and gets it back as `lastEventId` when the client reconnects. Routes with
 * `lines` answer with an async iterable of their items.
 */
export type Handler<R extends Route> = (
  request: RouteRequest<R>,
) => Promise<
  R extends { stream: true } | { lines: true } ? AsyncIterable<z.input<R["response"]>> : z.input<R["response"]>
>;

/** A contract together with its handlers; a room's `routes.ts` exports a function that makes one from its deps. */
export interface RouteSet {
  readonly contract: Contract;
  readonly handlers: Record<string, Handler<Route>>;
}

/** Ties handlers to a contract; a missing or misspelt handler does not compile. */
export function implement<C extends Contract>(contract: C, handlers: { [K in keyof C]: Handler<C[K]> }): RouteSet {
  // The precise types were checked by the signature; the server only needs the common shape.
  return { contract, handlers: handlers as unknown as RouteSet["handlers"] };
}
