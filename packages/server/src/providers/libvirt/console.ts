import { randomBytes } from "node:crypto";
import { Duplex } from "node:stream";
import type { Dial } from "../../kernel/dial.ts";
import { ProviderError } from "../../kernel/errors.ts";
import type { Call, Console } from "../provider.ts";
import { readConsole, type Screen } from "./domain-xml.ts";
import { toVmEvent } from "./events.ts";
import { type Host, lookUpDomain } from "./host.ts";
import { isOn } from "./power.ts";
import { rfbLogin } from "./rfb-login.ts";
import type { RpcConnection } from "./rpc/connection.ts";
import { codeOf, VIR_ERR } from "./rpc/errors.ts";
import { MESSAGE_STATUS, MESSAGE_TYPE, STREAM_CHUNK_BYTES } from "./rpc/frame.ts";
import { type DomainRef, EVENT_LIFECYCLE, FLAGS, PROCEDURES } from "./rpc/procedures.ts";
import { openLoopback, openUnixThere } from "./rpc/transport.ts";

/** How long a password is good where the two clocks agree; it is taken back as soon as it was used. */
const PASSWORD_MS = 5 * 60_000;
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

export function libvirtConsole(host: Host, dial: Dial): Console {
  /** By VM: two who look at once would give each other's password away. */
  const turns = new Map<string, Promise<unknown>>();

  async function lookAt(subject: string, call: Call) {
    const dom = await lookUpDomain(host, subject, call);
    const asked = { dom, flags: FLAGS.xmlSecure };
    const { xml } = await host.client.call(PROCEDURES.domainGetXmlDesc, asked, "read the VM", call);
    return { dom, ...readConsole(xml) };
  }

  return {
    async kinds(subject, call) {
      const { dom, screen, hasSerial } = await lookAt(subject, call);
      if (!isOn(dom)) return [];
      return [...(screen === null ? [] : ["vnc" as const]), ...(hasSerial ? ["serial" as const] : [])];
    },
    async open(subject, kind, call) {
      const { dom, screen, hasSerial } = await lookAt(subject, call);
      if (!isOn(dom)) throw new ProviderError("rejected", "the VM is off");
      switch (kind) {
        case "serial":
          if (!hasSerial) throw new ProviderError("rejected", "the VM has no serial line");
          return await openSerial(host, dom, call);
        case "vnc": {
          if (screen === null) throw new ProviderError("rejected", "the VM has no screen");
          const before = turns.get(subject);
          const turn = (before ?? Promise.resolve()).then(() => openScreen(host, dial, { dom, screen }, call));
          const over = turn.catch(() => {});
          turns.set(subject, over);
          void over.then(() => turns.get(subject) === over && turns.delete(subject));
          return await turn;
        }
      }
    },
  };
}

async function openScreen(
  host: Host,
  dial: Dial,
  { dom, screen }: { dom: DomainRef; screen: Screen },
  call: Call,
): Promise<Duplex> {
  const stream = await connectTo(host, dial, screen, call);
  if (!screen.isGuarded) return stream;
  const password = randomBytes(6).toString("base64url");
  try {
    await setPassword(host, dom, screen.withPassword(password, new Date(Date.now() + PASSWORD_MS)), call);
  } catch (error) {
    stream.destroy();
    throw error;
  }
  const open = await rfbLogin(stream, password, call);
  const spent = screen.withPassword(randomBytes(6).toString("base64url"), new Date(0));
  await setPassword(host, dom, spent, call).catch((error: unknown) => {
    open.destroy();
    throw error;
  });
  return open;
}

async function connectTo({ settings }: Host, dial: Dial, { at }: Screen, call: Call): Promise<Duplex> {
  if (at.kind === "unix") return await openUnixThere(settings, at.path, dial, call);
  switch (at.host) {
    case "127.0.0.1":
    case "::1":
    case "localhost":
      return await openLoopback(settings, at.port, dial, call);
    case "0.0.0.0":
    case "::":
      return settings.host === undefined
        ? await openLoopback(settings, at.port, dial, call)
        : await dial({ host: settings.host, port: at.port }, call);
    default:
      return await dial({ host: at.host, port: at.port }, call);
  }
}

async function setPassword({ client }: Host, dom: DomainRef, xml: string, call: Call): Promise<void> {
  const wish = { dom, xml, flags: FLAGS.affectLive };
  await client.call(PROCEDURES.domainUpdateDeviceFlags, wish, "give the VM's screen a password", call);
}

/** On a connection of its own: what is said there is not read by others, and closing it is hanging up. */
async function openSerial(host: Host, dom: DomainRef, call: Call): Promise<Duplex> {
  const connection = await host.client.dedicated(call);
  try {
    // libvirt says nothing more on a line whose VM is gone: that is heard of as an event.
    const watched = { eventId: EVENT_LIFECYCLE, dom };
    await connection.call(PROCEDURES.connectDomainEventCallbackRegisterAny, watched, "watch the VM", call);
    const asked = { dom, device: null, flags: 0 };
    const { serial } = await connection.callWithSerial(
      PROCEDURES.domainOpenConsole,
      asked,
      "open the serial line",
      call,
    );
    return new SerialStream(connection, serial);
  } catch (error) {
    connection.close();
    // libvirt has no code of its own for it.
    if (codeOf(error) !== VIR_ERR.operationFailed) throw error;
    throw new ProviderError("busy", "somebody else has the VM's serial line open, and libvirt gives it to one only", {
      cause: error,
    });
  }
}

class SerialStream extends Duplex {
  readonly #connection: RpcConnection;
  readonly #serial: number;
  #isOver = false;

  constructor(connection: RpcConnection, serial: number) {
    super();
    this.#connection = connection;
    this.#serial = serial;
    connection.onLifecycle((message) => {
      const { kind } = toVmEvent(message);
      if (kind === "stopped" || kind === "crashed") this.#hangUp();
    });
    connection.addStream(serial, {
      doing: "read the serial line",
      data: (said) => this.#hear(said),
      end: () => this.#hangUp(),
      fail: (error) => this.destroy(error),
    });
  }

  #hangUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.push(null);
  }

  #hear(said: Buffer): void {
    if (this.destroyed || this.#isOver) return;
    this.push(said);
    if (this.readableLength > MAX_UNREAD_BYTES) this.destroy(new Error("the serial line says more than is read of it"));
  }

  override _read(): void {}

  override _write(typed: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (let at = 0; at < typed.length; at += STREAM_CHUNK_BYTES) {
      const part = typed.subarray(at, at + STREAM_CHUNK_BYTES);
      this.#connection.sendStream(
        PROCEDURES.domainOpenConsole,
        this.#serial,
        MESSAGE_STATUS.continue,
        part,
        MESSAGE_TYPE.stream,
      );
    }
    this.#connection.drained().then(done, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#connection.close();
    done(error);
  }
}
