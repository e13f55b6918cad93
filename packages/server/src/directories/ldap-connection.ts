import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Client } from "ldapts";
import type { Directory } from "./ldap-rules.ts";

/**
 * One connection to a directory, encrypted as the settings say before anything else is sent, and closed at the end.
 * The client library connects again by itself when a connection breaks, and then without StartTLS: here it may connect
 * once, so that no password can ever go over a connection that is not encrypted.
 */
export async function withDirectory<T>(directory: Directory, work: (client: Client) => Promise<T>): Promise<T> {
  const sockets: Socket[] = [];
  const host = hostOf(directory.url);
  const tls = {
    host,
    // Names only: an address is checked against the certificate all the same.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(directory.ca === null ? {} : { ca: directory.ca }),
  };
  const client = new Client({
    url: directory.url,
    timeout: directory.timeoutMs,
    connectTimeout: directory.timeoutMs,
    // Their mere presence makes it speak TLS from the start, whatever the URL says.
    ...(directory.encryption === "tls" ? { tlsOptions: tls } : {}),
    createConnection: once(sockets, connectTcp),
    createSecureConnection: once(sockets, connectTls),
  });
  // The outermost alone: TLS takes the inner one along, and Node crashes when that goes first.
  const hangUp = (reason?: Error) => sockets.at(-1)?.destroy(reason);
  const deadline = setTimeout(() => hangUp(new Error("the directory took too long")), directory.timeoutMs * 3);
  try {
    if (directory.encryption === "starttls") await client.startTLS({ ...tls });
    return await work(client);
  } finally {
    clearTimeout(deadline);
    // Not unbind: it would wait for an answer that a broken server never gives.
    hangUp();
  }
}

function once<F extends (...args: never[]) => Socket>(sockets: Socket[], open: F): F {
  let isOpen = false;
  const openOnce = (...args: Parameters<F>) => {
    if (isOpen) throw new Error("the connection to the directory was lost");
    isOpen = true;
    const socket = open(...args);
    sockets.push(socket);
    return socket;
  };
  // It takes and gives what the original does; a function with many forms can't be said in one.
  return openOnce as F;
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
}

export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  if (port !== "") return Number(port);
  return protocol === "ldaps:" ? 636 : 389;
}
