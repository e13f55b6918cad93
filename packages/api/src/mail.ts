import { z } from "zod";
import { Id, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const Host = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, "a host name or an IP address");
const TlsMode = z
  .enum(["tls", "starttls", "none"])
  .describe("TLS from the start (465), upgraded before anything is said (587), or none at all (25)");
const From = z.email().max(254);
const PortalUrl = z.url({ protocol: /^https?$/ }).max(500);

const Settings = z.strictObject({
  host: Host.describe("the SMTP server"),
  port: z.number().int().min(1).max(65_535).default(587),
  tls: TlsMode.default("starttls"),
  ca: z.string().max(50_000).optional().describe("PEM of the authority that signed the server's certificate"),
  username: z.string().min(1).max(200).optional(),
  password: z.string().min(1).max(500).optional().meta({ secret: true }).describe("kept when it is left out"),
  sender: From.describe("the address that mails come from"),
  portalUrl: PortalUrl.optional().describe("where people find the portal, for links in mails and webhooks"),
});

export const MailSettings = z.object({
  version: z.number().int(),
  host: z.string().nullable().describe("null: no mail is sent"),
  port: z.number().int(),
  tls: TlsMode,
  ca: z.string().nullable(),
  username: z.string().nullable(),
  hasPassword: z.boolean(),
  sender: z.string().nullable(),
  portalUrl: z.string().nullable(),
});

export const MailInfo = z.object({
  id: Id,
  to: z.string(),
  subject: z.string(),
  about: z.string().describe("what it is about: approval, decision, deployment, lease, test"),
  state: z.enum(["waiting", "sent", "given-up"]),
  attempts: z.number().int(),
  error: z.string().nullable().describe("why the last attempt failed"),
  nextAttemptAt: Timestamp.nullable(),
  sentAt: Timestamp.nullable(),
  createdAt: Timestamp,
});

export const mailContract = {
  getMailSettings: route({
    method: "GET",
    path: "/v1/mail/settings",
    tag: "mail",
    rule: "administrator",
    summary: "How mail is sent",
    response: MailSettings,
    cli: { words: ["mail", "show"], example: "berth mail show" },
  }),
  putMailSettings: route({
    method: "PUT",
    path: "/v1/mail/settings",
    tag: "mail",
    rule: "administrator",
    summary: "Set how mail is sent; a password is kept only while server, port, TLS and user stay the same",
    body: Settings,
    response: MailSettings,
    versioned: true,
    cli: {
      words: ["mail", "set"],
      // From a file, so that no password stands in a shell's history.
      example: "berth mail set --from mail.yaml",
    },
  }),
  deleteMailSettings: route({
    method: "DELETE",
    path: "/v1/mail/settings",
    tag: "mail",
    rule: "administrator",
    summary: "Send no mail any more; what waits is not sent",
    response: z.object({}),
    status: 204,
    cli: { words: ["mail", "off"], example: "berth mail off" },
  }),
  testMail: route({
    method: "POST",
    path: "/v1/mail/test",
    tag: "mail",
    rule: "administrator",
    summary: "Send a mail now, and say what the server answered",
    body: z.strictObject({ to: z.email().max(254).describe("who gets it") }),
    response: z.object({ answer: z.string() }),
    cli: { words: ["mail", "test"], args: ["to"], example: "berth mail test ops@example.org" },
  }),
  listMails: route({
    method: "GET",
    path: "/v1/mails",
    tag: "mail",
    rule: "administrator",
    summary: "Mails that wait, were sent or were given up; kept for 30 days",
    query: listQuery({ state: z.enum(["waiting", "sent", "given-up"]).optional() }, ["createdAt"]),
    response: pageOf(MailInfo),
    cli: {
      words: ["mail", "list"],
      columns: ["createdAt", "to", "subject", "state", "attempts", "error"],
      example: "berth mail list --state waiting",
    },
  }),
} satisfies Contract;
