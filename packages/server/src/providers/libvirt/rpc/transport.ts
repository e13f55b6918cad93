import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { Client, type ClientChannel } from "ssh2";
import type { Dial } from "../../../kernel/dial.ts";
import { ProviderError } from "../../../kernel/errors.ts";
import type { Call } from "../../provider.ts";
import type { LibvirtSettings } from "../settings.ts";

/** Opens the byte stream below the protocol. */
export function openTransport(settings: LibvirtSettings, dial: Dial, call: Call): Promise<Duplex> {
  switch (settings.transport) {
    case "unix":
      return openSocket({ path: settings.socket }, call);
    case "tls":
      return openTls(settings, dial, call);
    case "ssh":
      return openSsh(settings, dial, call);
  }
}

function unreachable(message: string, cause?: unknown): ProviderError {
  return new ProviderError("unreachable", message, { cause });
}

/** Settles with the first of: `start` calls back, or the caller gives up, and then `cleanUp` runs. */
function opening<T>(
  { signal }: Call,
  cleanUp: () => void,
  start: (done: (value: T) => void, failed: (error: ProviderError) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = () => fail(unreachable("gave up while connecting to the hypervisor", signal.reason));
    const fail = (error: ProviderError) => {
      signal.removeEventListener("abort", giveUp);
      cleanUp();
      reject(error);
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    start((value) => {
      signal.removeEventListener("abort", giveUp);
      resolve(value);
    }, fail);
  });
}

function openSocket(target: { path: string } | { host: string; port: number }, call: Call): Promise<Duplex> {
  if (call.signal.aborted) return Promise.reject(unreachable("gave up before connecting", call.signal.reason));
  const socket = connect(target);
  return opening<Duplex>(
    call,
    () => socket.destroy(),
    (done, failed) => {
      socket.once("error", (error) => failed(unreachable("the hypervisor's socket does not answer", error)));
      socket.once("connect", () => done(socket));
    },
  );
}

async function openTls(settings: LibvirtSettings, dial: Dial, call: Call): Promise<Duplex> {
  const { host, tls } = settings;
  if (host === undefined || tls === undefined) throw new ProviderError("rejected", "transport tls needs host and tls");
  const carrier = await dial({ host, port: settings.port ?? 16_514 }, call);
  const socket = connectTls({
    socket: carrier,
    servername: tls.serverName,
    ca: tls.ca,
    cert: tls.certificate,
    key: tls.key,
    minVersion: "TLSv1.2",
  });
  return opening<Duplex>(
    call,
    () => socket.destroy(),
    (done, failed) => {
      socket.once("error", (error) => failed(unreachable("no TLS connection to the hypervisor", error)));
      socket.once("close", () => failed(new ProviderError("denied", "the hypervisor does not accept our certificate")));
      // libvirtd says with one byte, before its protocol begins, whether it accepts our certificate.
      socket.once("readable", () => {
        const verdict: unknown = socket.read(1);
        if (Buffer.isBuffer(verdict) && verdict[0] === 1) done(socket);
        else failed(new ProviderError("denied", "the hypervisor does not accept our certificate"));
      });
    },
  );
}

function openSsh(settings: LibvirtSettings, dial: Dial, call: Call): Promise<Duplex> {
  return openThroughSsh(settings, dial, call, (client, done) => {
    client.openssh_forwardOutStreamLocal(settings.socket, done);
  });
}

/** To a port of the host's own loopback, which nobody outside reaches; here where the daemon's socket is here too. */
export function openLoopback(settings: LibvirtSettings, port: number, dial: Dial, call: Call): Promise<Duplex> {
  switch (settings.transport) {
    case "unix":
      return openSocket({ host: "127.0.0.1", port }, call);
    case "ssh":
      return openThroughSsh(settings, dial, call, (client, done) => {
        client.forwardOut("127.0.0.1", 0, "127.0.0.1", port, done);
      });
    case "tls":
      throw new ProviderError(
        "rejected",
        "the VM's screen listens on the host's own loopback: set screenAddress, and the VM shows it there from its next start on",
      );
  }
}

export function openUnixThere(settings: LibvirtSettings, path: string, dial: Dial, call: Call): Promise<Duplex> {
  switch (settings.transport) {
    case "unix":
      return openSocket({ path }, call);
    case "ssh":
      return openThroughSsh(settings, dial, call, (client, done) => client.openssh_forwardOutStreamLocal(path, done));
    case "tls":
      throw new ProviderError(
        "rejected",
        "the VM's screen is a UNIX socket of its host, which is not reached over TLS",
      );
  }
}

type ChannelDone = (error: Error | undefined, channel: ClientChannel) => void;

async function openThroughSsh(
  settings: LibvirtSettings,
  dial: Dial,
  call: Call,
  connectChannel: (client: Client, done: ChannelDone) => void,
): Promise<Duplex> {
  const { host, ssh } = settings;
  if (host === undefined || ssh === undefined) throw new ProviderError("rejected", "transport ssh needs host and ssh");
  const expected = Buffer.from(ssh.hostKey.trim().split(/\s+/)[1] ?? "", "base64");
  const sock = await dial({ host, port: settings.port ?? 22 }, call);
  const client = new Client();
  return opening<Duplex>(
    call,
    () => client.destroy(),
    (done, failed) => {
      client.once("error", (error) => failed(unreachable("no SSH connection to the hypervisor", error)));
      client.once("ready", () => {
        connectChannel(client, (error, channel) => {
          if (error) return failed(unreachable("the hypervisor's socket does not answer through SSH", error));
          channel.once("close", () => client.end());
          done(channel);
        });
      });
      client.connect({
        sock: sock as never, // a Duplex is all that ssh2 uses of it, though its type asks for a Readable
        username: ssh.username,
        privateKey: ssh.privateKey,
        hostVerifier: (key: Buffer) => key.equals(expected),
      });
    },
  );
}
