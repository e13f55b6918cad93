import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readTruth } from "./lab-truth.ts";
import { leftovers, type Truth } from "./leftovers.ts";
import type { Report, Shell, StepDuration } from "./report.ts";
import { durations, type ShownRequest, shownOperation, shownRequest, shownServers } from "./shown.ts";

export interface Stage {
  readonly shell: Shell;
  readonly report: Report;
  readonly stateDir: string;
  readonly isSimulated: boolean;
  /** Null for the lab's own; a second lab on this computer needs another name. */
  readonly labName: string | null;
}

/** Images that were brought to the hosts are a cache, kept for the next service; how full a blank disk's file is, is nobody's. */
const KEPT = [/^hosts\/[^/]+\/volumes\/berth-image-/, /\/diskAllocatedBytes$/];
const SERVICE = "demo";
const TEMPLATE = "two-tier";
const DAYS = 7;
const VISITOR = "visitor";

/** Brings up Berth and the lab, and makes the catalogue ready. Every part of it is quick when it is there already. */
export async function prepare({ shell, report, isSimulated, labName }: Stage): Promise<void> {
  report.tell({ event: "act", title: "Berth and its data centre" });
  await shell.berth(["up"]);
  await shell.berth([
    "lab",
    "up",
    ...(isSimulated ? ["--simulated"] : []),
    ...(labName === null ? [] : ["--name", labName]),
  ]);
  report.tell({ event: "act", title: "An image, and a template in the catalogue" });
  await shell.berth([
    "image",
    "build",
    isSimulated ? "stand-in" : "debian-12",
    ...(isSimulated ? ["--as", "debian-12"] : []),
  ]);
  await shell.berth(["template", "apply", "templates/two-tier.yaml", "--publish"], { quiet: true });
  await shell.berth(["template", "list"]);
}

/** What a user does: asks, is approved, watches, uses. */
export async function play(stage: Stage): Promise<StepDuration[]> {
  const { shell, report } = stage;
  const request = await ask(stage);

  report.tell({ event: "act", title: "Approve it, and watch it being made" });
  await shell.berth(["approve", SERVICE, "--reason", "within budget"], { quiet: true });
  await shell.berth(["watch", request.operationId], { live: true });
  const steps = await durations(shell, request.operationId);

  report.tell({ event: "act", title: "It runs" });
  await shell.berth(["server", "list", "--service", SERVICE, "--state", "active"]);
  await prove(stage, request);
  return steps;
}

async function ask({ shell, report }: Stage): Promise<ShownRequest> {
  report.tell({ event: "act", title: "Ask for a service" });
  const completion = `x${randomBytes(2).toString("hex")}`;
  const endsAt = new Date(Date.now() + DAYS * 24 * 3_600_000).toISOString().replace(/\.\d+Z$/, "Z");
  const wish = [
    "--service",
    SERVICE,
    "--completion",
    completion,
    "--email",
    "ops@example.org",
    "--ends-at",
    endsAt,
    "--pools",
    "default",
  ];
  await shell.berth(["request", "create", TEMPLATE, ...wish], { quiet: true });
  const request = shownRequest((await shell.berth(["request", "show", SERVICE, "--json"], { quiet: true })).stdout);
  report.tell({
    event: "say",
    text: `price: ${request.price.perDay} ${request.price.currency} a day, ${request.price.total} in all; reserved before anyone approves:`,
  });
  for (const server of request.reserved) {
    const addresses = server.addresses.map((address) => `${address.ip} (${address.network})`).join(", ");
    report.tell({
      event: "say",
      text: `   ${server.hostname.padEnd(12)} ${server.kind.padEnd(9)} on ${server.on.padEnd(10)} ${addresses}`,
    });
  }
  return request;
}

/** Every server answers under its own name at its own address, and the page shows a row that was written in this run. */
async function prove({ shell, report, isSimulated }: Stage, request: ShownRequest): Promise<void> {
  const listed = await shell.berth(["server", "list", "--service", SERVICE, "--state", "active", "--json"], {
    quiet: true,
  });
  const servers = shownServers(listed.stdout);
  if (servers.length !== request.reserved.length)
    throw new Error(`${servers.length} of ${request.reserved.length} servers are active`);
  for (const server of servers) {
    const { stdout } = await shell.berth(["ssh", server.name, "--", "hostname"], { quiet: true });
    const name = stdout.trim();
    const isOk = name === server.hostname;
    const detail = `it calls itself ${name}`;
    report.tell({
      event: "proof",
      what: `${server.name} (${server.kind}) over SSH at ${server.address}`,
      ok: isOk,
      detail,
    });
    if (!isOk) throw new Error(`${server.name} calls itself ${name} instead of ${server.hostname}`);
  }
  for (const server of servers.filter((candidate) => candidate.kind === "physical" && !isSimulated)) {
    const { stdout } = await shell.berth(["ssh", server.name, "--", "findmnt -n -o SOURCE /"], { quiet: true });
    const isOk = /^\/dev\/[a-z]+\d+$/.test(stdout.trim());
    const detail = `its root file system is on ${stdout.trim()}: what was written over the network is what it booted`;
    report.tell({ event: "proof", what: `${server.name} runs from its own disk`, ok: isOk, detail });
    if (!isOk) throw new Error(`${server.name} has its root file system on ${stdout.trim()}`);
  }
  for (const server of servers.filter((candidate) => candidate.group === "app")) {
    const { stdout } = await shell.berth(["server", "fetch", server.name, "--json"], { quiet: true });
    const page = JSON.parse(stdout) as { status: number; body: string };
    report.tell({ event: "page", server: server.name, text: page.body.trim() });
    const isOk = page.status === 200 && page.body.includes(request.id) && page.body.includes(server.hostname);
    report.tell({
      event: "proof",
      what: `page of ${server.name}`,
      ok: isOk,
      detail: "shows this request's own row out of the database server",
    });
    if (!isOk) throw new Error(`the page of ${server.name} does not show request ${request.id}`);
  }
}

/** Takes the service down and compares what is there with what was there before, as the lab sees it. */
export async function takeDown(
  { shell, report, stateDir }: Stage,
  before: Truth,
): Promise<{ steps: StepDuration[]; leftovers: string[] }> {
  report.tell({ event: "act", title: "Give everything back" });
  // Where the request itself failed there is no service (3), or one that was undone already (4).
  const asked = await shell.berth(["service", "delete", SERVICE, "--json", "--no-wait"], {
    quiet: true,
    allow: [0, 3, 4],
  });
  const operationId = asked.exitCode === 0 ? shownOperation(asked.stdout).operationId : null;
  if (operationId !== null) await shell.berth(["watch", operationId], { live: true });
  const steps = operationId === null ? [] : await durations(shell, operationId);
  const left = leftovers(before, await readTruth(stateDir), { ignore: KEPT });
  await shell.berth(["pool", "show", "default"]);
  const held = await shell.berth(["address", "list", "--state", "in-use", "--json"], { quiet: true });
  for (const item of (JSON.parse(held.stdout) as { items: { ip: string }[] }).items)
    left.push(`address ${item.ip} is still held`);
  report.tell({
    event: "proof",
    what: "left behind",
    ok: left.length === 0,
    detail: left.length === 0 ? "nothing" : left.join("; "),
  });
  return { steps, leftovers: left };
}

/** What to try next; returns when the user has had enough. */
export async function stay(stage: Stage, signal: AbortSignal): Promise<void> {
  const { report, stateDir, isSimulated } = stage;
  const url = await servedUrl(stateDir);
  report.tell({ event: "act", title: "It stays up until Ctrl-C. In a browser:" });
  report.tell({ event: "say", text: `   ${url}   sign in as ${VISITOR}, password ${await letVisitorIn(stage)}` });
  report.tell({ event: "act", title: "Or in another terminal:" });
  if (isSimulated) report.tell({ event: "say", text: `   export BERTH_STATE_DIR=${stateDir}` });
  for (const line of NEXT) report.tell({ event: "say", text: `   ${line}` });
  report.tell({ event: "say", text: `The API is described at ${url}/openapi.json` });
  if (signal.aborted) return;
  // Waiting for a signal keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  clearInterval(alive);
}

/** A user for whoever looks at the demo, as the first administrator's password was shown once and long ago. */
async function letVisitorIn({ shell }: Stage): Promise<string> {
  const made = await shell.berth(["user", "create", VISITOR, "--role", "administrator", "--json"], {
    quiet: true,
    allow: [0, 4],
  });
  const shown =
    made.exitCode === 0 ? made : await shell.berth(["user", "reset-password", VISITOR, "--json"], { quiet: true });
  return z.object({ password: z.string() }).parse(JSON.parse(shown.stdout)).password;
}

/** Where `berth up` said that the controller serves. */
async function servedUrl(stateDir: string): Promise<string> {
  const text = await readFile(join(stateDir, "run", "controller.json"), "utf8");
  return z.object({ url: z.string() }).parse(JSON.parse(text)).url;
}

const NEXT = [
  `./berth service show ${SERVICE}             what it is made of`,
  `./berth ssh ${SERVICE}-app-1                a shell on one of its servers`,
  `./berth why server ${SERVICE}-db-1          why it landed where it did`,
  "./berth pool show default             what is used, and by whom",
  `./berth service extend ${SERVICE} --ends-at 2027-12-31T00:00:00Z`,
  `./berth service delete ${SERVICE}           all the way back`,
];

/** Berth itself and the data centre stop; what was built stays in the cache, so that the next demo begins in seconds. */
export async function close({ shell }: Stage): Promise<void> {
  await shell.berth(["lab", "down"]);
  await shell.berth(["down"]);
}
