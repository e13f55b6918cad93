import type { Duplex } from "node:stream";
import { ProviderError } from "../../../kernel/errors.ts";
import type { Call } from "../../provider.ts";
import { RpcConnection } from "./connection.ts";
import { AUTH, FEATURE_KEEPALIVE, PROCEDURES, type Procedure } from "./procedures.ts";

/** One daemon: a connection that all calls share, made when it is needed and made again after it broke. */
export class LibvirtClient {
  readonly #open: (call: Call) => Promise<Duplex>;
  readonly #uri: string;
  #shared: Promise<RpcConnection> | null = null;
  readonly #live = new Set<RpcConnection>();

  constructor(uri: string, open: (call: Call) => Promise<Duplex>) {
    this.#uri = uri;
    this.#open = open;
  }

  async call<A, R>(procedure: Procedure<A, R>, args: A, doing: string, call: Call): Promise<R> {
    const connection = await this.connection(call);
    return await connection.call(procedure, args, doing, call);
  }

  /** The shared connection. */
  async connection(call: Call): Promise<RpcConnection> {
    if (call.signal.aborted) throw gaveUp(call);
    if (this.#shared === null) {
      // Made under a deadline of its own: others may be waiting for it when the first caller gives up.
      const opening = this.dedicated({ signal: AbortSignal.timeout(OPEN_DEADLINE_MS) });
      this.#shared = opening;
      const forget = () => {
        if (this.#shared === opening) this.#shared = null;
      };
      opening.then((connection) => connection.onClose(forget), forget);
    }
    return await waitOrGiveUp(this.#shared, call);
  }

  /** A connection of the caller's own, who closes it: for uploads, which would hold up everybody's calls. */
  async dedicated(call: Call): Promise<RpcConnection> {
    const connection = new RpcConnection(await this.#open(call));
    this.#live.add(connection);
    connection.onClose(() => this.#live.delete(connection));
    try {
      await authenticate(connection, call);
      await connection.call(PROCEDURES.connectOpen, { name: this.#uri, flags: 0 }, `open ${this.#uri}`, call);
      // Asking makes the daemon send pings of its own, so that it too notices a dead peer.
      await connection.call(
        PROCEDURES.connectSupportsFeature,
        { feature: FEATURE_KEEPALIVE },
        "agree on keepalive",
        call,
      );
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  close(): void {
    for (const connection of [...this.#live]) connection.close();
  }
}

const OPEN_DEADLINE_MS = 30_000;

async function authenticate(connection: RpcConnection, call: Call): Promise<void> {
  const { types } = await connection.call(PROCEDURES.authList, {}, "ask how to authenticate", call);
  const type = types[0] ?? AUTH.none;
  if (type === AUTH.none) return;
  if (type === AUTH.polkit) {
    await connection.call(PROCEDURES.authPolkit, {}, "authenticate through polkit", call);
    return;
  }
  throw new ProviderError("denied", "the hypervisor asks for SASL, which Berth does not speak: use TLS or SSH");
}

function gaveUp(call: Call): ProviderError {
  return new ProviderError("unreachable", "gave up before the hypervisor was asked", { cause: call.signal.reason });
}

/** Waits for what is shared; giving up leaves it to the others. */
async function waitOrGiveUp<T>(shared: Promise<T>, call: Call): Promise<T> {
  let giveUp = () => {};
  const given = new Promise<never>((_, reject) => {
    giveUp = () => reject(gaveUp(call));
    call.signal.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([shared, given]);
  } finally {
    call.signal.removeEventListener("abort", giveUp);
  }
}
