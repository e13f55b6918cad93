import { constants } from "node:os";
import type { Readable } from "node:stream";
import ssh2, { type Client, type ClientChannel } from "ssh2";
import type { Dial } from "../kernel/dial.ts";
import { ProviderError } from "../kernel/errors.ts";
import { tailOf } from "./tail.ts";

/** What it takes to log in to a server's system, and to know that it is the right one. */
export interface GuestLogin {
  readonly ip: string;
  readonly user: string;
  /** OpenSSH form. */
  readonly privateKey: string;
  /** The host key that was given to it at installation, as in known_hosts: type and key. */
  readonly hostKeyPublic: string;
  readonly port?: number;
}

export interface CommandResult {
  /** As a shell counts it: 128 and the signal's number when a signal ended it. */
  readonly exitCode: number;
  /** The end of what it printed, at most 1 MiB of each. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface GuestSession {
  /** Rejects with ProviderError `unreachable`, ambiguous, when the connection is lost before the command has ended. */
  exec(command: string, stdin: string, call: { signal: AbortSignal }): Promise<CommandResult>;
}

/** Who answers is not the server: waiting does not help, and nothing was said to him. */
export class HostKeyError extends ProviderError {
  constructor(cause: unknown) {
    super(
      "denied",
      "who answers at the server's address shows another host key than the one given to it at installation",
      { cause },
    );
  }
}

const SSH_PORT = 22;
const HANDSHAKE_MS = 20_000;
const KEEPALIVE_MS = 15_000;
/** What a command left running may hold its output open; once it has ended, so long a silence is the end. */
const QUIET_MS = 1_500;

/** Logs in, lets `use` run commands, and hangs up, whatever happens. */
export async function withSession<T>(
  dial: Dial,
  guest: GuestLogin,
  call: { signal: AbortSignal },
  use: (session: GuestSession) => Promise<T>,
): Promise<T> {
  const client = await logIn(dial, guest, AbortSignal.any([call.signal, AbortSignal.timeout(HANDSHAKE_MS)]));
  try {
    return await use({ exec: (command, stdin, execCall) => execute(client, command, stdin, execCall.signal) });
  } finally {
    client.destroy();
  }
}

async function logIn(dial: Dial, guest: GuestLogin, signal: AbortSignal): Promise<Client> {
  const key = keyOf(guest.hostKeyPublic);
  const sock = await dial({ host: guest.ip, port: guest.port ?? SSH_PORT }, { signal });
  const client = new ssh2.Client();
  const seen = { wrongKey: false };
  const inTime = Promise.withResolvers<never>();
  const giveUp = () => inTime.reject(unreachable("the server did not finish the SSH handshake in time", signal.reason));
  if (signal.aborted) giveUp();
  else signal.addEventListener("abort", giveUp, { once: true });
  try {
    const ready = new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.on("error", (error) => reject(seen.wrongKey ? new HostKeyError(error) : loginFailure(error, guest)));
      client.once("close", () => reject(unreachable("the server closed the SSH connection")));
      client.connect({
        sock: sock as Readable, // a Duplex, as ssh2 needs it; its type asks for less
        username: guest.user,
        privateKey: guest.privateKey,
        // Only the kind of key that we gave it: one with several kinds might show another first.
        algorithms: { serverHostKey: [key.type] },
        hostVerifier: (shown: Buffer) => {
          seen.wrongKey = !shown.equals(key.blob);
          return !seen.wrongKey;
        },
        readyTimeout: 0,
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: 4,
      });
    });
    await Promise.race([ready, inTime.promise]);
    return client;
  } catch (error) {
    client.on("error", () => {});
    client.destroy();
    sock.destroy();
    throw error;
  } finally {
    // Else the signal's timer would hold each session until its time is up.
    signal.removeEventListener("abort", giveUp);
  }
}

function execute(client: Client, command: string, stdin: string, signal: AbortSignal): Promise<CommandResult> {
  return new Promise<CommandResult>((resolve, reject) => {
    const lost = (cause?: unknown) =>
      new ProviderError("unreachable", "the connection ended before the command did", { ambiguous: true, cause });
    const stop = (error: ProviderError) => {
      signal.removeEventListener("abort", giveUp);
      reject(error);
    };
    const giveUp = () => stop(lost(signal.reason));
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    client.on("error", (error) => stop(lost(error)));
    client.once("close", () => stop(lost()));
    client.exec(command, (error, channel) => {
      if (error !== undefined)
        return stop(new ProviderError("busy", "the server lets no command run", { cause: error }));
      collect(channel, stdin, (result) => {
        signal.removeEventListener("abort", giveUp);
        if (result === null) stop(lost());
        else resolve(result);
      });
    });
  });
}

/** Null when the channel closed without saying how the command ended. */
function collect(channel: ClientChannel, stdin: string, done: (result: CommandResult | null) => void): void {
  const [stdout, stderr] = [tailOf(channel), tailOf(channel.stderr)];
  const ended: { exitCode: number | null; quiet: NodeJS.Timeout | null } = { exitCode: null, quiet: null };
  const finish = () => {
    if (ended.quiet !== null) clearTimeout(ended.quiet);
    const { exitCode } = ended;
    done(exitCode === null ? null : { exitCode, stdout: stdout.text(), stderr: stderr.text() });
  };
  channel.on("exit", (code: number | null, name?: string) => {
    ended.exitCode = code ?? 128 + (signalNumber(name) ?? 0);
    ended.quiet = setTimeout(finish, QUIET_MS);
  });
  for (const stream of [channel, channel.stderr]) stream.on("data", () => ended.quiet?.refresh());
  channel.once("close", finish);
  // A command that ends without reading its input is no error.
  channel.on("error", () => {});
  channel.end(stdin);
}

function signalNumber(name: string | undefined): number | undefined {
  return Object.entries(constants.signals).find(([known]) => known === name)?.[1];
}

function keyOf(line: string): { type: "ssh-ed25519"; blob: Buffer } {
  const [type, base64] = line.trim().split(/\s+/);
  if (type !== "ssh-ed25519" || base64 === undefined)
    throw new ProviderError("rejected", "the server's host key is no ed25519 key");
  return { type, blob: Buffer.from(base64, "base64") };
}

function loginFailure(error: Error & { level?: string }, { user }: GuestLogin): ProviderError {
  if (error.level !== "client-authentication") return unreachable("no SSH connection to the server", error);
  return new ProviderError("denied", `the server does not accept our key for user ${user}`, { cause: error });
}

function unreachable(message: string, cause?: unknown): ProviderError {
  return new ProviderError("unreachable", message, { cause });
}
