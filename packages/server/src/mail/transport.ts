import { createTransport } from "nodemailer";

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly tls: "tls" | "starttls" | "none";
  /** PEM of an authority beside the well-known ones. */
  readonly ca: string | null;
  readonly from: string;
  readonly login: { readonly username: string; readonly password: string } | null;
}

export interface Letter {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** What a server refused, or why it could not be asked. */
export interface MailFailure {
  readonly message: string;
  readonly responseCode?: number;
  readonly command?: string;
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;

/** Sends one mail; answers what the server said. @throws Error of nodemailer's, see `failureOf`. */
export async function sendMail(server: MailServer, letter: Letter): Promise<string> {
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.tls === "tls",
    requireTLS: server.tls === "starttls",
    ignoreTLS: server.tls === "none",
    ...(server.ca === null ? {} : { tls: { ca: server.ca } }),
    ...(server.login === null ? {} : { auth: { user: server.login.username, pass: server.login.password } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = await transport.sendMail({
      from: { name: "Berth", address: server.from },
      to: { name: "", address: letter.to },
      subject: letter.subject,
      text: letter.text,
      // The same again at another attempt: who gets it twice can tell.
      messageId: `<${letter.id}@berth.${domainOf(server.from)}>`,
      // RFC 3834: nobody's holiday notice answers it.
      headers: { "Auto-Submitted": "auto-generated" },
    });
    return sent.response;
  } finally {
    transport.close();
  }
}

export function failureOf(error: unknown): MailFailure {
  const { responseCode, command } = error as Partial<MailFailure>;
  return {
    message: (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE),
    ...(typeof responseCode === "number" ? { responseCode } : {}),
    ...(typeof command === "string" ? { command } : {}),
  };
}

const MAX_MESSAGE = 500;

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
