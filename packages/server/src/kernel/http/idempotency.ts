import { createHash } from "node:crypto";
import type { Tx } from "../db/db.ts";
import { AppError } from "../errors.ts";

/** A request that must have its effect once: the same caller and key again is the same request. */
export interface KeyedRequest {
  readonly caller: string;
  readonly key: string;
  readonly operation: string;
  readonly hash: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export type Claim =
  /** Nobody has handled it: it is the claimer's to handle. */
  | { readonly kind: "ours" }
  /** Another is handling it, or was cut in the middle. */
  | { readonly kind: "open" }
  | { readonly kind: "answered"; readonly answer: Answer }
  /** The key was used for something else. */
  | { readonly kind: "different" };

export interface IdempotencyStore {
  claim(request: KeyedRequest): Promise<Claim>;
  /** In the transaction that has the effect, where there is one. */
  record(request: KeyedRequest, answer: Answer, tx?: Tx): Promise<void>;
  /** After a refusal that had no effect: the key may be used again. */
  release(request: KeyedRequest): Promise<void>;
  /** Drops answers that are older than a day. */
  sweep(): Promise<void>;
}

const KEY = /^[\x21-\x7e]{1,200}$/;
const POLL_MS = 50;
const WAIT_MS = 15_000;

export function readKey(header: string | string[] | undefined): string {
  if (header === undefined) {
    throw new AppError(
      "invalid_request",
      "The header Idempotency-Key is required: choose any unique text, and send the same one when you repeat this request.",
    );
  }
  if (typeof header !== "string" || !KEY.test(header)) {
    throw new AppError("invalid_request", "The header Idempotency-Key must be 1 to 200 visible ASCII characters.");
  }
  return header;
}

/** What makes two requests the same: route, path, query and body. */
export function requestHash(parts: { operation: string; url: string; body: unknown }): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([parts.operation, parts.url, parts.body]))
    .digest();
}

/** Runs `handle` unless the same request has been handled; a repeat that comes meanwhile waits for the first one's answer. */
export async function once(
  store: IdempotencyStore,
  request: KeyedRequest,
  options: { signal: AbortSignal; handle: () => Promise<Answer> },
): Promise<{ answer: Answer; replayed: boolean }> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const claim = await store.claim(request);
    switch (claim.kind) {
      case "ours":
        return { answer: await handleOnce(store, request, options.handle), replayed: false };
      case "answered":
        return { answer: claim.answer, replayed: true };
      case "different":
        throw new AppError("conflict", "This Idempotency-Key was used for another request. Choose a new one.");
      case "open":
        if (Date.now() >= deadline || options.signal.aborted) {
          throw new AppError(
            "conflict",
            "A request with this Idempotency-Key is still being handled, or was cut and its outcome is unknown. Look whether it took effect; to start another, use a new key.",
          );
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

async function handleOnce(
  store: IdempotencyStore,
  request: KeyedRequest,
  handle: () => Promise<Answer>,
): Promise<Answer> {
  try {
    const answer = await handle();
    await store.record(request, answer);
    return answer;
  } catch (error) {
    // Only a refusal is known to have had no effect. After a bug the claim stays, and a repeat is told so.
    if (error instanceof AppError) await store.release(request);
    throw error;
  }
}
