import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { selfSignedCertificate } from "../../../../lab/src/redfish/certificate.ts";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came. */
  readonly text: string;
  readonly isEncrypted: boolean;
  readonly user: string | null;
}

/** A real SMTP server on the loopback. */
export interface MailServerForTests {
  readonly port: number;
  /** PEM of its certificate, which it signed itself. */
  readonly ca: string;
  readonly received: ReceivedMail[];
  /** The next recipients are refused with this code. */
  refuse(code: number | null): void;
  close(): Promise<void>;
}

interface Options {
  readonly secure?: boolean;
  /** Who must sign in; nobody when absent. */
  readonly login?: { readonly user: string; readonly password: string };
  readonly port?: number;
}

export async function startMailServer({ secure = false, login, port = 0 }: Options = {}): Promise<MailServerForTests> {
  const { key, cert } = selfSignedCertificate("localhost", new Date());
  const received: ReceivedMail[] = [];
  let refusal: number | null = null;
  const server = new SMTPServer({
    secure,
    key,
    cert,
    authOptional: login === undefined,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(new Error("wrong user name or password"));
    },
    onRcptTo: (_address, _session, done) => {
      if (refusal === null) done();
      else done(Object.assign(new Error("not now"), { responseCode: refusal }));
    },
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map((one) => one.address),
          text: Buffer.concat(parts).toString("utf8"),
          isEncrypted: session.secure,
          user: typeof session.user === "string" ? session.user : null,
        });
        done();
      });
    },
  });
  // A client that does not trust the certificate hangs up; that is its right, and no fault here.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    ca: cert,
    received,
    refuse: (code) => {
      refusal = code;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
