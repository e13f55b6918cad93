import { sql } from "kysely";
import { mailDay, requestPage, type Told } from "../deployments/service-mail.ts";
import type { Tx } from "../kernel/db/db.ts";
import { writeMail } from "../mail/outbox.ts";
import type { RequestRow } from "../services/store.ts";

/** Tells those who may decide that a request is theirs to decide. */
export async function tellApprovers(tx: Tx, told: Told, price: { perDay: string; total: string; currency: string }) {
  const { request, service } = told;
  const isExtension = request.kind === "extension";
  const until = request.extends_to ?? service.ends_at;
  const lines = [
    isExtension
      ? `${request.requester} asks to keep the service ${service.name} until ${mailDay(until)}.`
      : `${request.requester} asks for the service ${service.name}, made of ${service.template_label}.`,
    "",
    ...(isExtension
      ? [`Lease now: until ${mailDay(service.ends_at)}`]
      : [`Lease: ${mailDay(service.starts_at)} to ${mailDay(until)}`]),
    `Pool: ${service.pool} (reserved already)`,
    `Price: ${price.perDay} ${price.currency} a day, ${price.total} ${price.currency} in all`,
    "",
    `Approve it with: berth approve ${request.id}`,
  ];
  const subject = isExtension ? `Approve more time for ${service.name}?` : `Approve ${service.name}?`;
  for (const to of await approverAddresses(tx, request))
    await writeMail(tx, { to, subject, text: `${lines.join("\n")}\n`, path: requestPage(told), about: "approval" });
}

const SAID = { approve: "approved", reject: "rejected", withdraw: "withdrawn" } as const;

/** Tells the requester what was decided, unless he did it himself. */
export async function tellDecision(
  tx: Tx,
  told: Told,
  decision: { verb: keyof typeof SAID; by: string; reason: string | null },
): Promise<void> {
  const { request, service } = told;
  if (decision.by === request.requester) return;
  const what = request.kind === "extension" ? `more time for ${service.name}` : service.name;
  const said = SAID[decision.verb];
  const reason = decision.reason === null ? "" : `\nReason: ${decision.reason}\n`;
  await writeMail(tx, {
    to: request.email,
    subject: `${capital(what)}: ${said}`,
    text: `Your request for ${what} was ${said} by ${decision.by}.\n${reason}${next(told, decision.verb)}`,
    path: requestPage(told),
    about: "decision",
  });
}

function next({ request, service }: Told, verb: keyof typeof SAID): string {
  if (verb !== "approve") return "\nWhat was reserved for it goes back.\n";
  if (request.extends_to !== null) return `\nIts lease ends at ${mailDay(request.extends_to)} now.\n`;
  return `\nIt is made at ${mailDay(service.starts_at)}; you get another mail when it is ready.\n`;
}

/** Approvers of the request's project, of its pool or of everything; where there are none, administrators. */
async function approverAddresses(tx: Tx, request: RequestRow): Promise<string[]> {
  const { rows } = await sql<{ email: string; role: string }>`
    with held as (
      select id as user_id, role from berth_user
      union
      select coalesce(m.user_id, g.user_id), g.role
      from role_grant g left join user_group_member m on m.group_id = g.group_id
      where (g.project_id is null and g.pool_id is null) or g.project_id = ${request.project_id}::uuid
        or g.pool_id = ${request.pool_id}::uuid
    )
    select distinct u.email, held.role from held join berth_user u on u.id = held.user_id
    where held.role in ('approver', 'administrator') and u.email is not null and u.disabled_at is null
    order by u.email`.execute(tx);
  const approvers = rows.filter((row) => row.role === "approver");
  return [...new Set((approvers.length > 0 ? approvers : rows).map((row) => row.email))];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
