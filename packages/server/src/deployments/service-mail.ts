import type { Tx } from "../kernel/db/db.ts";
import { writeMail } from "../mail/outbox.ts";
import type { RequestRow, ServiceRow } from "../services/store.ts";

/** What a mail is about. */
export interface Told {
  readonly request: RequestRow;
  readonly service: ServiceRow;
}

export const mailDay = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
export const requestPage = ({ request }: Told): string => `/requests/${request.id}`;

export async function tellDeployed(tx: Tx, told: Told): Promise<void> {
  const { request, service } = told;
  await writeMail(tx, {
    to: request.email,
    subject: `${service.name} is ready`,
    text: `The service ${service.name} is ready. Its lease ends at ${mailDay(service.ends_at)}.\n`,
    path: `/services/${service.id}`,
    about: "deployment",
  });
}

export async function tellFailed(tx: Tx, told: Told): Promise<void> {
  const { request, service } = told;
  await writeMail(tx, {
    to: request.email,
    subject: `${service.name} could not be made`,
    text: `The service ${service.name} could not be made, and everything that was reserved for it went back.\nIts page says why.\n`,
    path: requestPage(told),
    about: "deployment",
  });
}

const AFTER: Record<string, string> = {
  deactivate: "Then its virtual servers are switched off and kept, and its physical servers are wiped and given back.",
  delete: "Then its servers are removed, with everything on their disks.",
  ignore: "Nothing happens by itself then.",
};

export async function tellLeaseEnds(tx: Tx, told: Told): Promise<void> {
  const { request, service } = told;
  await writeMail(tx, {
    to: request.email,
    subject: `The lease of ${service.name} ends at ${mailDay(service.ends_at)}`,
    text: `The lease of the service ${service.name} ends at ${mailDay(service.ends_at)}.\n${AFTER[service.lease_policy] ?? ""}\n\nYou can ask for more time: berth service extend ${service.name} --ends-at TIME\n`,
    path: `/services/${service.id}`,
    about: "lease",
  });
}
