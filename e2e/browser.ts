import { existsSync } from "node:fs";
import { createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { ensurePortal } from "../packages/cli/src/launch/portal.ts";

const CHROMIUM = "/usr/bin/chromium";
/** What a browser does by itself on a user's desk, and must not do in a test: look for updates, use a GPU that is not there. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];
const VIEWPORT = { width: 1440, height: 900 };
/** A deadline against hangs: everything is slow on a machine that does other work too. */
const LIMIT_MS = 30_000;

export type RoleName = "administrator" | "architect" | "approver" | "operator" | "user" | "auditor";

export interface Who {
  readonly name: string;
  readonly password: string;
}

interface Controller {
  readonly url: string;
  /** The administrator's. */
  readonly token: string;
}

export interface PortalPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page wrote as errors into its console, and what it threw. A test of a page expects none. */
  readonly errors: string[];
  close(): Promise<void>;
}

/** Debian's Chromium without a window; the portal is built first where it is not. End it by `close()`. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`there is no ${CHROMIUM}: ./berth setup --for tests installs it`);
  await ensurePortal();
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: LIMIT_MS });
}

/** A page that nobody has signed in at, with a context (cookies, storage) of its own. */
export async function openPage(browser: Browser, url: string, theme: "light" | "dark" = "light"): Promise<PortalPage> {
  const context = await browser.newContext({ baseURL: url, viewport: VIEWPORT, colorScheme: theme, locale: "en-GB" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    // What Berth refuses is shown by the page; the browser writes a line of its own about it.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  return { page, context, errors, close: () => context.close() };
}

/** A page of somebody who has signed in, through the API: signing in by hand is a test of its own. */
export async function openAs(browser: Browser, url: string, who: Who, theme?: "light" | "dark"): Promise<PortalPage> {
  const opened = await openPage(browser, url, theme);
  const answer = await opened.context.request.post("/v1/session", { data: who });
  if (!answer.ok()) throw new Error(`${who.name} could not sign in: ${await answer.text()}`);
  return opened;
}

/** A new user with a role on everything. */
export async function addUser(controller: Controller, role: RoleName, name: string = role): Promise<Who> {
  const api = createClient(contract, { url: controller.url, token: controller.token });
  const { password } = await api.createUser({ body: { name, role } });
  if (password === null) throw new Error(`no password was made for ${name}`);
  return { name, password };
}

/** A page of a new user with that role. */
export async function openAsRole(
  browser: Browser,
  controller: Controller,
  role: RoleName,
  name: string = role,
): Promise<PortalPage> {
  return openAs(browser, controller.url, await addUser(controller, role, name));
}
