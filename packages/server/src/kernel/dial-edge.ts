import { request } from "node:http";
import { connect, isIP } from "node:net";
import type { Duplex } from "node:stream";
import { z } from "zod";
import type { Dial, DialTarget } from "./dial.ts";
import { ProviderError } from "./errors.ts";

/** A site's `dial`: `{}` or `direct` for one that the controller reaches itself, `edge` for one behind an edge's socket. */
const SiteDial = z.union([
  z.looseObject({ kind: z.literal("edge"), socket: z.string().startsWith("/") }),
  z.looseObject({ kind: z.literal("direct") }),
  z.strictObject({}),
]);

/** How to reach a site, from the `dial` of its row. */
export function dialOf(siteDial: unknown): Dial {
  const read = SiteDial.safeParse(siteDial);
  if (!read.success)
    throw new Error("the site's dial is neither empty, direct, nor that of an edge", { cause: read.error });
  return "kind" in read.data && read.data.kind === "edge" ? edgeDial(read.data.socket) : directDial;
}

const CONNECT_MS = 15_000;

/** Straight from here to the target. */
export const directDial: Dial = (target, call) => {
  const refused = refusal(target);
  if (refused !== null) return Promise.reject(refused);
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(CONNECT_MS)]);
  const socket = connect({ host: target.host, port: target.port });
  const stop = () => socket.destroy(new Error("no answer in time"));
  const onError = (cause: Error) => reject(unreachable(target, cause));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  socket.once("error", onError);
  socket.once("connect", () => {
    // The signal is for connecting: a session outlives the call that opened it.
    signal.removeEventListener("abort", stop);
    socket.off("error", onError);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    resolve(socket);
  });
  return promise;
};

/** Through a site's edge: an HTTP CONNECT over its UNIX socket, then raw bytes. */
export function edgeDial(socketPath: string): Dial {
  return (target, call) => {
    const refused = refusal(target);
    if (refused !== null) return Promise.reject(refused);
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    const authority = isIP(target.host) === 6 ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(CONNECT_MS)]);
    const asking = request({
      socketPath,
      method: "CONNECT",
      path: authority,
      agent: false,
      headers: { host: authority },
    });
    const stop = () => asking.destroy(new Error("no answer in time"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    asking.once("error", (cause) => reject(unreachable(target, cause)));
    asking.once("connect", (response, socket, head) => {
      signal.removeEventListener("abort", stop);
      if (response.statusCode !== 200) {
        socket.destroy();
        reject(
          unreachable(target, new Error(`the edge answered ${response.statusCode} ${response.statusMessage ?? ""}`)),
        );
        return;
      }
      // What the target said at once may have come together with the edge's answer.
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.once("response", (response) => {
      response.resume();
      reject(unreachable(target, new Error(`the edge answered ${response.statusCode}`)));
    });
    asking.end();
    return promise;
  };
}

function refusal({ host, port }: DialTarget): ProviderError | null {
  if (isIP(host) !== 0 && Number.isInteger(port) && port > 0 && port < 65_536) return null;
  return new ProviderError("rejected", "a connection goes to an IP address and a port");
}

function unreachable({ host, port }: DialTarget, cause: Error): ProviderError {
  return new ProviderError("unreachable", `${host} port ${port} can't be reached`, { cause });
}
