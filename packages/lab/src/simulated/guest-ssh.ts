import { timingSafeEqual } from "node:crypto";
import type { Duplex } from "node:stream";
import ssh2, { type AuthContext, type Connection, type PublicKeyAuthContext, type ServerChannel } from "ssh2";
import type { Guest } from "./guest.ts";
import { bareSignature, certifiedKey } from "./guest-certificate.ts";
import { guestPrompt } from "./guest-prompt.ts";
import { readsInput, runCommand } from "./guest-shell.ts";

const MAX_STDIN_BYTES = 4 * 1024 * 1024;

/** A real SSH server for one connection to a guest: its host key and users are those of the seed. */
export function serveSsh(guest: Guest, socket: Duplex): void {
  if (guest.hostKeys.length === 0) return void socket.destroy();
  const server = new ssh2.Server({ hostKeys: [...guest.hostKeys] }, (client: Connection) => {
    client.on("error", () => {});
    client.on("authentication", (context) => authenticate(guest, context));
    client.on("session", (accept) => {
      const session = accept();
      session.on("exec", (acceptExec, _reject, info) => answer(guest, info.command, acceptExec()));
      session.on("shell", (acceptShell) => interact(guest, acceptShell()));
      session.on("pty", (acceptPty) => acceptPty?.());
      session.on("env", (acceptEnv) => acceptEnv?.());
    });
  });
  server.on("error", () => socket.destroy());
  server.injectSocket(socket as Parameters<typeof server.injectSocket>[0]);
}

function authenticate(guest: Guest, context: AuthContext): void {
  const user = guest.users.find((u) => u.name === context.username);
  if (context.method !== "publickey" || user === undefined) {
    context.reject(["publickey"]);
    return;
  }
  const fits = user.authorizedKeys.some((line) => {
    const key = ssh2.utils.parseKey(line);
    if (key instanceof Error) return false;
    const one = Array.isArray(key) ? key[0] : key;
    if (one === undefined) return false;
    const stored = one.getPublicSSH();
    if (stored.length !== context.key.data.length || !timingSafeEqual(stored, context.key.data)) return false;
    if (context.signature === undefined || context.blob === undefined) return true;
    return one.verify(context.blob, context.signature, context.hashAlgo) === true;
  });
  if (fits || isCertified(context, user)) context.accept();
  else context.reject(["publickey"]);
}

function isCertified(context: PublicKeyAuthContext, user: Guest["users"][number]): boolean {
  const key = certifiedKey(context.key.data, user);
  if (key === null) return false;
  if (context.signature === undefined || context.blob === undefined) return true;
  return key.verify(context.blob, bareSignature(context.signature)) === true;
}

function answer(guest: Guest, command: string, channel: ServerChannel): void {
  const parts: Buffer[] = [];
  let size = 0;
  let isDone = false;
  const finish = () => {
    if (isDone) return;
    isDone = true;
    const result = runCommand(guest, command, Buffer.concat(parts).toString("utf8"));
    channel.write(result.stdout);
    if (result.stderr !== "") channel.stderr.write(result.stderr);
    channel.exit(result.exitCode);
    channel.end();
  };
  channel.on("error", () => {});
  channel.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_STDIN_BYTES) return channel.close();
    parts.push(chunk);
  });
  channel.on("end", finish);
  // A command that reads nothing does not wait for its standard input to end.
  if (!readsInput(command)) finish();
}

/** A prompt for people. */
function interact(guest: Guest, channel: ServerChannel): void {
  channel.on("error", () => {});
  const type = guestPrompt(guest, {
    write: (text) => void channel.write(text),
    leave: () => {
      channel.exit(0);
      channel.end();
    },
  });
  channel.on("data", type);
}
