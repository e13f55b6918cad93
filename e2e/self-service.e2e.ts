import { join } from "node:path";
import { ClientError } from "@berth/api/client-error.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  isSignedWith,
  type OutsideTool,
  startOutsideTool,
} from "../packages/server/src/approvals/testing/outside-tool.ts";
import { type MailServerForTests, startMailServer } from "../packages/server/src/mail/testing/mail-server.ts";
import { type Api, type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { invariants } from "./invariants.ts";
import { addPerson, type Person } from "./people.ts";
import { makeTinyImage, publish, until, untilActive, untilDone, untilRequestEnds } from "./steps.ts";
import { vms } from "./templates.ts";

/** What people may do for themselves, on a whole controller, a simulated lab, a real mail server and a real tool. */
const SCRIPT = join(import.meta.dirname, "outgoing-controller.ts");
const LIMIT_MS = 120_000;
const HOUR_MS = 3_600_000;

let house: House;
let controller: RunningController;
let mails: MailServerForTests;
let tool: OutsideTool;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  house = await startHouse({ blades: 1, hosts: 2 });
  mails = await startMailServer();
  tool = await startOutsideTool();
  controller = await house.startController({ script: SCRIPT });
  const { api } = controller;
  await moveIn(house, api);
  await makeTinyImage(api);
  for (const [name, count] of [["one", 1] as const, ["two", 2] as const]) await publish(api, vms({ name, count }));
  ada = await addPerson(controller, "ada");
  eve = await addPerson(controller, "eve");
  await api.createGrant({ body: { role: "approver", user: "eve" } });
  const { version } = await api.getUser({ params: { name: "eve" } });
  await api.updateUser({ params: { name: "eve" }, body: { email: "eve@example.org" }, ifMatch: version });
  const settings = { host: "localhost", port: mails.port, tls: "none", sender: "berth@example.org" } as const;
  const portalUrl = "https://berth.example.org";
  await api.putMailSettings({ body: { ...settings, portalUrl }, ifMatch: 1 });
});

afterAll(async () => {
  await house?.stop();
  await mails?.close();
  await tool?.close();
});

beforeEach(() => {
  mails.received.length = 0;
  tool.received.length = 0;
  tool.behave(202);
});

afterEach(async () => {
  const { api } = controller;
  for (const rule of (await api.listApprovalRules({ query: {} })).items)
    await api.deleteApprovalRule({ params: { id: rule.id } });
  for (const policy of (await api.listSelfServicePolicies({ query: {} })).items)
    await api.deleteSelfServicePolicy({ params: { id: policy.id } });
  expect(await invariants(house)).toEqual([]);
});

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const wish = (service: string, template: string, endsAt = inMs(72 * HOUR_MS)) => ({
  service,
  template,
  completion: service,
  email: "ada@example.org",
  endsAt,
});

/** Until a mail to somebody has a text in it. */
async function untilMail(to: string, text: string): Promise<string> {
  const look = async () => mails.received.filter((mail) => mail.to.includes(to)).map((mail) => plain(mail.text));
  const seen = await until(look, (all) => all.some((mail) => mail.includes(text)), {
    limitMs: 30_000,
    what: (all) => `no mail to ${to} says "${text}", but:\n${all.join("\n---\n")}`,
  });
  return seen.find((mail) => mail.includes(text)) ?? "";
}

/** Quoted-printable (RFC 2045) breaks long lines, and writes = as =3D. */
const plain = (text: string): string => text.replaceAll("=\r\n", "").replaceAll("=3D", "=");

async function refusalOf(call: Promise<unknown>): Promise<ClientError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ClientError) return error;
  throw error ?? new Error("it was not refused");
}

async function remove(api: Api, service: string): Promise<void> {
  const { operationId } = await api.deleteService({ params: { id: service } });
  await untilDone(api, operationId, LIMIT_MS);
}

describe("approval (CAP B5)", () => {
  it("is given by a rule for what is small, with the reason kept, and people are told", async () => {
    await controller.api.createApprovalRule({
      body: { name: "small", outcome: "approve", order: 10, maxServers: 1, maxDays: 7 },
    });
    const quote = await ada.api.quoteRequest({ body: wish("auto", "one") });
    expect(quote.approval).toEqual({ rule: "small", outcome: "approve" });
    const request = await ada.api.createRequest({ body: wish("auto", "one") });
    expect(request).toMatchObject({ state: "approved", decidedBy: "rule small" });
    await untilActive(ada.api, request.id, LIMIT_MS);
    const why = await ada.api.explain({ params: { kind: "request", id: request.id } });
    expect(why.items.find((decision) => decision.kind === "approval")?.chosen).toBe("small: approve");
    await untilMail("ada@example.org", "auto is ready");
    await remove(ada.api, "auto");

    const larger = await ada.api.createRequest({ body: wish("larger", "two") });
    expect(larger).toMatchObject({ state: "waiting", approval: { rule: null, waitsFor: "an approver" } });
    expect(larger.allowed).toEqual(["withdraw"]);
    expect(larger.refused.approve).toBe("that is for approvers");
    expect(await untilMail("eve@example.org", "Approve larger?")).toContain(
      `https://berth.example.org/requests/${larger.id}`,
    );
    await eve.api.rejectRequest({ params: { id: larger.id }, body: { reason: "too large" } });
    await untilMail("ada@example.org", "too large");
    await untilRequestEnds(ada.api, larger.id, LIMIT_MS);
    await untilDone(ada.api, larger.id, LIMIT_MS).catch(() => {});
  });

  it("is given by an outside tool that was down at first, once, by its token", async () => {
    const rule = await controller.api.createApprovalRule({
      body: { name: "outside", outcome: "webhook", webhookUrl: tool.url },
    });
    tool.behave(500);
    const request = await ada.api.createRequest({ body: wish("asked", "one") });
    await until(
      async () => tool.received.length,
      (count) => count >= 2,
      { limitMs: 30_000, what: String },
    );
    tool.behave(202);
    const waiting = await until(
      () => ada.api.getRequest({ params: { id: request.id } }),
      (seen) => seen.approval.waitsFor === "an answer of outside",
      { limitMs: 30_000, what: (seen) => `it waits for ${seen.approval.waitsFor}` },
    );
    expect(waiting.state).toBe("waiting");
    const last = tool.received.at(-1) ?? { body: "{}", headers: {} };
    expect(isSignedWith(rule.webhookSecret ?? "", last)).toBe(true);

    const path: string = JSON.parse(last.body).callbackPath;
    const answer = (to: string, decision: string) =>
      fetch(new URL(to, controller.url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ decision, by: "change board", reason: "CHG-42" }),
      });
    expect((await answer(`${path}x`, "approve")).status).toBe(404);
    expect((await answer(path, "approve")).status).toBe(200);
    expect((await answer(path, "reject")).status).toBe(409);
    const active = await untilActive(ada.api, request.id, LIMIT_MS);
    expect(active).toMatchObject({ decidedBy: "change board (by outside)", reason: "CHG-42" });
    await untilMail("ada@example.org", "approved by change board");
    await remove(ada.api, "asked");
  });

  it("is not waited for from a tool once people have decided", async () => {
    await controller.api.createApprovalRule({
      body: { name: "slow", outcome: "webhook", webhookUrl: tool.url },
    });
    const request = await ada.api.createRequest({ body: wish("decided", "one") });
    await until(
      async () => tool.received.length,
      (count) => count > 0,
      { limitMs: 30_000, what: String },
    );
    await ada.api.withdrawRequest({ params: { id: request.id }, body: {} });
    const { callbackPath } = JSON.parse(tool.received[0]?.body ?? "{}");
    const late = await fetch(new URL(callbackPath, controller.url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ decision: "approve", by: "change board" }),
    });
    expect(late.status).toBe(409);
    await untilDone(ada.api, request.id, LIMIT_MS).catch(() => {});
    expect((await ada.api.getRequest({ params: { id: request.id } })).state).toBe("withdrawn");
  });
});

describe("self-service policies (CAP B2, B8)", () => {
  it("show what one may ask for, and refuse more than the limits with what is held and asked", async () => {
    const { api } = controller;
    await api.createSelfServicePolicy({
      body: { name: "interns", users: ["ada"], templates: ["one"], maxServers: 1, actions: ["start"] },
    });
    await api.createApprovalRule({ body: { name: "all", outcome: "approve" } });
    expect((await ada.api.listTemplates({ query: {} })).items.map((template) => template.name)).toEqual(["one"]);
    expect((await eve.api.listTemplates({ query: {} })).items.map((template) => template.name)).toEqual(["one", "two"]);
    const other = await refusalOf(ada.api.createRequest({ body: wish("no", "two") }));
    expect([other.code, other.fields[0]?.field]).toEqual(["invalid_request", "template"]);

    // Two at once, of which each would fit alone.
    const names = ["first", "second"];
    const both = await Promise.allSettled(names.map((name) => ada.api.createRequest({ body: wish(name, "one") })));
    const [made] = both.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const [refused] = both.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    if (made === undefined || !(refused instanceof ClientError)) throw refused ?? new Error("both were let through");
    const quote = await ada.api.quoteRequest({ body: wish("third", "one") });
    expect(quote.overLimits).toEqual(["at most 1 servers: 1 held then, and 1 more asked for"]);
    expect([refused.code, refused.reasons]).toEqual(["forbidden", quote.overLimits]);
    const mine = await ada.api.getEntitlement();
    expect(mine.limits[0]).toEqual({ what: "servers", held: "1", limit: "1" });

    await untilActive(ada.api, made.id, LIMIT_MS);
    const server = await ada.api.getServer({ params: { id: `${made.service}-main-1` } });
    expect(server.allowed).toEqual([]);
    expect(server.refused.stop).toContain("(interns) does not include stop");
    const stop = await refusalOf(ada.api.stopServer({ params: { id: server.id }, body: {} }));
    expect([stop.code, stop.reasons]).toEqual(["forbidden", [server.refused.stop]]);
    expect((await refusalOf(ada.api.deleteService({ params: { id: made.service } }))).code).toBe("forbidden");
    expect((await api.getServer({ params: { id: server.id } })).allowed).toEqual(["stop", "restart", "console"]);
    await remove(api, made.service);
    expect((await ada.api.getEntitlement()).limits[0]?.held).toBe("0");
  });
});

describe("a lease (CAP B6, How it must behave 5)", () => {
  it("gets longer by approval, shorter by nobody's, and its owner is warned before its end", async () => {
    const { api } = controller;
    const request = await ada.api.createRequest({ body: wish("lease", "one") });
    await eve.api.approveRequest({ params: { id: "lease" }, body: {} });
    await untilActive(ada.api, request.id, LIMIT_MS);
    const { endsAt } = await ada.api.getService({ params: { id: "lease" } });

    const later = inMs(240 * HOUR_MS);
    const asked = await ada.api.extendService({ params: { id: "lease" }, body: { endsAt: later } });
    expect(asked).toMatchObject({ endsAt, extension: { endsAt: later } });
    expect(asked.refused.extend).toContain("waits for approval already");
    await untilMail("eve@example.org", "Approve more time for lease?");
    expect(await heldUntil(api)).toBe(later);
    const [waiting] = (await eve.api.listRequests({ query: { state: "waiting" } })).items;
    expect(waiting).toMatchObject({ kind: "extension", service: "lease", endsAt: later, startsAt: endsAt });
    await eve.api.rejectRequest({ params: { id: waiting?.id ?? "" }, body: { reason: "not this time" } });
    expect(await heldUntil(api)).toBe(endsAt);
    expect(await ada.api.getService({ params: { id: "lease" } })).toMatchObject({ endsAt, extension: null });

    await ada.api.extendService({ params: { id: "lease" }, body: { endsAt: later } });
    await eve.api.approveRequest({ params: { id: "lease" }, body: {} });
    expect(await ada.api.getService({ params: { id: "lease" } })).toMatchObject({ endsAt: later, extension: null });
    await untilMail("ada@example.org", "More time for lease: approved");

    // A day and a bit from now: so the last warning is due in a moment.
    const soon = inMs(24 * HOUR_MS + 2_000);
    const shorter = await ada.api.extendService({ params: { id: "lease" }, body: { endsAt: soon } });
    expect(shorter).toMatchObject({ endsAt: soon, extension: null });
    expect(await untilMail("ada@example.org", "The lease of lease ends at")).toContain("You can ask for more time");
    expect(mails.received.filter((mail) => mail.text.includes("The lease of lease ends"))).toHaveLength(1);
    await remove(ada.api, "lease");
  });

  it("drops the wish for more time when the service goes", async () => {
    const request = await ada.api.createRequest({ body: wish("going", "one") });
    await eve.api.approveRequest({ params: { id: "going" }, body: {} });
    await untilActive(ada.api, request.id, LIMIT_MS);
    const { extension } = await ada.api.extendService({
      params: { id: "going" },
      body: { endsAt: inMs(240 * HOUR_MS) },
    });
    await remove(ada.api, "going");
    const dropped = await ada.api.getRequest({ params: { id: extension?.requestId ?? "" } });
    expect(dropped).toMatchObject({ kind: "extension", state: "failed" });
  });
});

describe("what the pools hold (CAP B1)", () => {
  it("is told to a user by sums, to who looks after them by name, and day by day", async () => {
    const request = await ada.api.createRequest({ body: wish("usage", "two", inMs(48 * HOUR_MS)) });
    const [own] = (await ada.api.getUsage()).items;
    expect(own).toMatchObject({
      pool: "default",
      hosts: 2,
      total: { machines: 1 },
      promised: { machines: 0, cores: 2 },
    });
    expect(own?.shares.map((share) => [share.who, share.services, share.cores])).toEqual([
      ["you", 1, 2],
      ["others", 0, 0],
    ]);
    const [open] = (await controller.api.getUsage()).items;
    expect(open?.shares.map((share) => share.who)).toEqual(["ada"]);

    const calendar = await controller.api.getPoolCalendar({ params: { id: "default" }, query: {} });
    expect(calendar.items).toHaveLength(30);
    expect(calendar.items[1]).toMatchObject({ promised: { cores: 2 }, holders: ["usage"] });
    expect(calendar.items[5]).toMatchObject({ promised: { cores: 0 }, holders: [] });
    const seen = await ada.api.getPoolCalendar({ params: { id: "default" }, query: {} });
    expect(seen.items[1]).toMatchObject({ promised: { cores: 2 }, holders: null });

    const quote = await ada.api.quoteRequest({ body: wish("more", "two") });
    expect(quote.availability).toMatchObject({
      pool: "default",
      physical: { free: 1, total: 1 },
      virtual: { hosts: 2 },
    });
    const { coresFree, coresTotal } = quote.availability.virtual;
    expect(coresTotal - coresFree).toBe(2);
    await ada.api.withdrawRequest({ params: { id: request.id }, body: {} });
    await untilDone(ada.api, request.id, LIMIT_MS).catch(() => {});
  });
});

/** Until when the pool keeps what the service has. */
async function heldUntil(api: Api): Promise<string | undefined> {
  return (await api.listReservations({ query: { pool: "default" } })).items[0]?.endsAt;
}
