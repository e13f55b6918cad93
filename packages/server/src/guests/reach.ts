import type { Dial } from "../kernel/dial.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { GuestLogin } from "./session.ts";

/** A server's system, and the way to it. */
export interface GuestReach extends GuestLogin {
  readonly serverId: string;
  readonly hostname: string;
  readonly dial: Dial;
}

/** Finds a server by id or name for someone who may use it; for everyone else there is none (`not_found`). */
export type ReachOf = (actor: Actor, server: string) => Promise<GuestReach>;
