import type { Duplex } from "node:stream";
import { ProviderError } from "../../../kernel/errors.ts";
import type { Call } from "../../provider.ts";
import { LibvirtError, refusedBy, VIR_ERR } from "./errors.ts";
import { encodeHead, FrameSplitter, type Header, MESSAGE_STATUS, MESSAGE_TYPE, type Message } from "./frame.ts";
import {
  KEEPALIVE,
  KEEPALIVE_PROGRAM,
  LIFECYCLE_EVENT,
  PROTOCOL_VERSION,
  type Procedure,
  REMOTE_PROGRAM,
  remoteError,
} from "./procedures.ts";
import { decode, encode, type ValueOf } from "./xdr.ts";

export type LifecycleMessage = ValueOf<typeof LIFECYCLE_EVENT.body>;

interface Pending {
  resolve(payload: Buffer): void;
  reject(error: ProviderError): void;
  readonly doing: string;
  readonly effect: boolean;
}

/** What a stream hears of the other side. `end` is its confirmation that all is written. */
export interface StreamListener {
  /** For the error: "write the volume". */
  readonly doing: string;
  data(chunk: Buffer): void;
  end(): void;
  fail(error: ProviderError): void;
}

// libvirtd stops reading a client that has max_client_requests (5 by default) calls under way, and then answers no
// pings either; so we keep below that and let the rest wait here.
const CALLS_AT_ONCE = 4;
const PING_EVERY_MS = 5_000;
// A daemon that writes a large upload to a slow disk answers pings late.
const SILENCE_MAX_MS = 60_000;

/** One connection to a libvirt daemon: calls by serial number, events, streams, keepalive. Never reconnects. */
export class RpcConnection {
  readonly #socket: Duplex;
  readonly #splitter = new FrameSplitter();
  readonly #pending = new Map<number, Pending>();
  readonly #streams = new Map<number, StreamListener>();
  readonly #lifecycle = new Set<(message: LifecycleMessage) => void>();
  readonly #onClose = new Set<(error: ProviderError) => void>();
  readonly #waiting: (() => void)[] = [];
  readonly #heart: NodeJS.Timeout;
  #running = 0;
  #serial = 0;
  #heardAt = performance.now();
  #closed: ProviderError | null = null;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => this.#fail("the connection to the hypervisor broke", error));
    socket.on("close", () => this.#fail("the hypervisor closed the connection"));
    this.#heart = setInterval(() => this.#beat(), PING_EVERY_MS);
    this.#heart.unref();
  }

  get closed(): boolean {
    return this.#closed !== null;
  }

  /** `listener` is told once when the connection is gone; at once if it is already. */
  onClose(listener: (error: ProviderError) => void): () => void {
    if (this.#closed !== null) listener(this.#closed);
    else this.#onClose.add(listener);
    return () => this.#onClose.delete(listener);
  }

  onLifecycle(listener: (message: LifecycleMessage) => void): () => void {
    this.#lifecycle.add(listener);
    return () => this.#lifecycle.delete(listener);
  }

  /** `doing` is for the error: "start the VM web-1". */
  async call<A, R>(procedure: Procedure<A, R>, args: A, doing: string, call: Call): Promise<R> {
    const { result } = await this.callWithSerial(procedure, args, doing, call);
    return result;
  }

  /** For calls that open a stream: its packets carry the call's serial. */
  async callWithSerial<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    doing: string,
    { signal }: Call,
  ): Promise<{ result: R; serial: number }> {
    const body = encode(procedure.args, args);
    await this.#turn(doing, signal);
    this.#serial = (this.#serial % 0x7fff_ffff) + 1;
    const serial = this.#serial;
    try {
      const payload = await this.#exchange(procedure, serial, body, doing, signal);
      return { result: this.#decoded(procedure, payload, doing), serial };
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  addStream(serial: number, listener: StreamListener): void {
    if (this.#closed !== null) listener.fail(this.#closed);
    else this.#streams.set(serial, listener);
  }

  /** False when the socket's buffer is full: wait for `drained` then. */
  sendStream(
    procedure: Procedure<unknown, unknown>,
    serial: number,
    status: number,
    data: Buffer,
    type: number,
  ): boolean {
    return this.#send({ ...remoteHeader(procedure.number, serial), type, status }, data);
  }

  /** Resolves when what was sent has left, or the connection is gone (which the stream's listener hears). */
  async drained(): Promise<void> {
    if (!this.#socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#socket.off("drain", done);
        this.#socket.off("close", done);
        resolve();
      };
      this.#socket.on("drain", done);
      this.#socket.on("close", done);
    });
  }

  close(): void {
    this.#fail("the connection was closed");
  }

  /** Waits for one of the few places; a caller who gives up while waiting has done nothing. */
  async #turn(doing: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted)
        throw new ProviderError("unreachable", `gave up before asking: ${doing}`, { cause: signal.reason });
      if (this.#closed !== null)
        throw new ProviderError("unreachable", `no connection: ${doing}`, { cause: this.#closed });
      if (this.#running < CALLS_AT_ONCE) break;
      await new Promise<void>((resolve) => {
        const go = () => {
          signal.removeEventListener("abort", giveUp);
          resolve();
        };
        const giveUp = () => {
          this.#waiting.splice(this.#waiting.indexOf(go), 1);
          resolve();
        };
        this.#waiting.push(go);
        signal.addEventListener("abort", giveUp, { once: true });
      });
    }
    this.#running += 1;
  }

  #exchange<A, R>(procedure: Procedure<A, R>, serial: number, body: Buffer, doing: string, signal: AbortSignal) {
    return new Promise<Buffer>((resolve, reject) => {
      const giveUp = () => settle(() => reject(abandoned(procedure.effect, doing, signal.reason)));
      const settle = (then: () => void) => {
        this.#pending.delete(serial);
        signal.removeEventListener("abort", giveUp);
        then();
      };
      this.#pending.set(serial, {
        resolve: (payload) => settle(() => resolve(payload)),
        reject: (error) => settle(() => reject(error)),
        doing,
        effect: procedure.effect,
      });
      signal.addEventListener("abort", giveUp, { once: true });
      this.#send(remoteHeader(procedure.number, serial), body);
    });
  }

  /** A reply that can't be read means that the two sides no longer understand each other; the effect is done, though. */
  #decoded<A, R>(procedure: Procedure<A, R>, payload: Buffer, doing: string): R {
    try {
      return decode(procedure.result, payload);
    } catch (cause) {
      this.#fail("the hypervisor sent a reply that can't be read", cause);
      throw abandoned(procedure.effect, doing, cause);
    }
  }

  #send(header: Header, payload: Buffer): boolean {
    if (this.#closed !== null) return false;
    this.#socket.cork();
    this.#socket.write(encodeHead(header, payload.length));
    const flowing = payload.length === 0 ? true : this.#socket.write(payload);
    this.#socket.uncork();
    return flowing && !this.#socket.writableNeedDrain;
  }

  #receive(chunk: Buffer): void {
    this.#heardAt = performance.now();
    try {
      for (const message of this.#splitter.push(chunk)) this.#dispatch(message);
    } catch (cause) {
      this.#fail("the hypervisor sent what libvirt would not", cause);
    }
  }

  #dispatch(message: Message): void {
    if (message.program === KEEPALIVE_PROGRAM) {
      if (message.procedure === KEEPALIVE.ping) this.#keepalive(KEEPALIVE.pong);
      return;
    }
    if (message.program !== REMOTE_PROGRAM) return;
    switch (message.type) {
      case MESSAGE_TYPE.reply:
        this.#reply(message);
        return;
      case MESSAGE_TYPE.stream:
        this.#streamed(message);
        return;
      case MESSAGE_TYPE.event:
        if (message.procedure !== LIFECYCLE_EVENT.number) return;
        for (const listener of this.#lifecycle) listener(decode(LIFECYCLE_EVENT.body, message.payload));
        return;
      default:
        // Kinds that we never asked for, such as file descriptors, are passed over.
        return;
    }
  }

  #reply(message: Message): void {
    const pending = this.#pending.get(message.serial);
    // A reply that nobody waits for belongs to a caller who gave up.
    if (pending === undefined) return;
    if (message.status === MESSAGE_STATUS.ok) pending.resolve(message.payload);
    else pending.reject(refusedBy(readError(message.payload), pending.doing));
  }

  #streamed(message: Message): void {
    const stream = this.#streams.get(message.serial);
    if (stream === undefined) return;
    switch (message.status) {
      case MESSAGE_STATUS.continue:
        stream.data(message.payload);
        return;
      case MESSAGE_STATUS.ok:
        this.#streams.delete(message.serial);
        stream.end();
        return;
      default:
        this.#streams.delete(message.serial);
        stream.fail(refusedBy(readError(message.payload), stream.doing));
    }
  }

  #beat(): void {
    if (performance.now() - this.#heardAt > SILENCE_MAX_MS) this.#fail("the hypervisor has gone silent");
    else this.#keepalive(KEEPALIVE.ping);
  }

  #keepalive(procedure: number): void {
    const header = { program: KEEPALIVE_PROGRAM, version: PROTOCOL_VERSION, procedure, serial: 0 };
    this.#send({ ...header, type: MESSAGE_TYPE.event, status: MESSAGE_STATUS.ok }, Buffer.alloc(0));
  }

  #fail(message: string, cause?: unknown): void {
    if (this.#closed !== null) return;
    const error = new ProviderError("unreachable", message, { cause });
    this.#closed = error;
    clearInterval(this.#heart);
    this.#socket.destroy();
    for (const pending of [...this.#pending.values()]) pending.reject(abandoned(pending.effect, pending.doing, error));
    for (const stream of this.#streams.values()) stream.fail(abandoned(true, stream.doing, error));
    this.#streams.clear();
    for (const go of this.#waiting.splice(0)) go();
    for (const listener of this.#onClose) listener(error);
  }
}

function remoteHeader(procedure: number, serial: number): Header {
  return {
    program: REMOTE_PROGRAM,
    version: PROTOCOL_VERSION,
    procedure,
    type: MESSAGE_TYPE.call,
    serial,
    status: MESSAGE_STATUS.ok,
  };
}

function abandoned(effect: boolean, doing: string, cause: unknown): ProviderError {
  return new ProviderError("unreachable", `no answer from the hypervisor: ${doing}`, { ambiguous: effect, cause });
}

function readError(payload: Buffer): LibvirtError {
  const { code, message, int1 } = decode(remoteError, payload);
  return new LibvirtError(code, message ?? "no message", code === VIR_ERR.systemError ? int1 : null);
}
