import { randomUUID } from "node:crypto";
import { type MailInfo, mailContract } from "@berth/api/mail.ts";
import type { Selectable } from "kysely";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import type { MailTable } from "../kernel/db/tables.ts";
import { AppError } from "../kernel/errors.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { dropSettings, readSettings, type SettingsDeps, serverOf, settingsView, writeSettings } from "./settings.ts";
import { failureOf, sendMail } from "./transport.ts";

export function mailRoutes(deps: SettingsDeps): RouteSet {
  const { db, secrets } = deps;
  return implement(mailContract, {
    getMailSettings: async () => settingsView(await readSettings(db)),
    putMailSettings: async ({ actor, body, ifMatch }) => settingsView(await writeSettings(deps, actor, body, ifMatch)),
    deleteMailSettings: async ({ actor }) => {
      await dropSettings(deps, actor);
      return {};
    },
    async testMail({ actor, body }) {
      const server = serverOf(secrets, await readSettings(db));
      if (server === null) throw new AppError("conflict", "no mail is sent yet: set the mail server first");
      const letter = {
        id: randomUUID(),
        to: body.to,
        subject: "A mail from Berth",
        text: `${actor.name} asked Berth to send this, to see whether mail arrives. It does.\n`,
      };
      const object = { kind: "mail", id: "mail" };
      try {
        const answer = await sendMail(server, letter);
        await audit(db, { actor, action: "mail.test", object, outcome: "done", details: { to: body.to } });
        return { answer };
      } catch (cause) {
        await audit(db, { actor, action: "mail.test", object, outcome: "failed", details: { to: body.to } });
        // The administrator has set the server up himself: what it said is what he needs to know.
        throw new AppError("unavailable", `the mail was not sent: ${failureOf(cause).message}`, { cause });
      }
    },
    async listMails({ query }) {
      const rows = db
        .selectFrom("mail")
        .selectAll()
        .$if(query.state !== undefined, (q) => q.where("state", "=", query.state ?? ""));
      const page = await pageQuery(rows, query, {
        sorts: { createdAt: timeKey("mail.created_at") },
        standard: "-createdAt",
        id: uuidKey("mail.id"),
        search: textKey("mail.subject"),
      });
      return mapPage(page, mailView);
    },
  });
}

function mailView(row: Selectable<MailTable>): z.input<typeof MailInfo> {
  return {
    id: row.id,
    to: row.recipient,
    subject: row.subject,
    about: row.about,
    // The column's check allows nothing else.
    state: row.state as "waiting" | "sent" | "given-up",
    attempts: row.attempts,
    error: row.error,
    nextAttemptAt: row.state === "waiting" ? row.next_attempt_at.toISOString() : null,
    sentAt: row.sent_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
