import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { leftovers } from "../packages/cli/src/demo/leftovers.ts";
import { addUser, openAs, type RoleName, startBrowser, type Who } from "./browser.ts";
import { canaries } from "./canaries.ts";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { invariants } from "./invariants.ts";
import { settled } from "./settled.ts";
import { makeTinyImage, readTruth, until } from "./steps.ts";

/**
 * The whole way through the portal, each part by somebody whose work it is: drawn from an empty canvas, published,
 * requested, approved, watched, used on its console; then its end date passes, and everything is back.
 */
const LIMIT_MS = 240_000;
/** What Berth keeps on hosts for next time. */
const CACHES = [/\/volumes\/berth-image-/, /\/diskAllocatedBytes$/];

let house: House;
let controller: RunningController;
let browser: Browser;
const people = new Map<RoleName, Who>();

beforeAll(async () => {
  house = await startHouse({ blades: 2, hosts: 2 });
  controller = await house.startController();
  await moveIn(house, controller.api);
  await makeTinyImage(controller.api);
  browser = await startBrowser();
  for (const role of ["architect", "user", "approver", "operator"] as const)
    people.set(role, await addUser(controller, role));
});
afterAll(async () => {
  await browser?.close();
  await house?.stop();
});

async function as(role: RoleName, path: string, use: (page: Page) => Promise<void>): Promise<void> {
  const who = people.get(role);
  if (who === undefined) throw new Error(`nobody here is ${role}`);
  const opened = await openAs(browser, controller.url, who);
  await opened.page.goto(path);
  await settled(opened.page);
  await use(opened.page);
  expect(opened.errors).toEqual([]);
  await opened.close();
}

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });

/** By the keyboard, as in the designer's own tests by the mouse too. */
async function draw(page: Page): Promise<void> {
  const press = async (name: string | RegExp) => {
    await page.getByRole("region", { name: "Palette" }).getByRole("button", { name }).focus();
    await page.keyboard.press("Enter");
  };
  const properties = page.getByRole("region", { name: "Properties" });
  await page.locator(".react-flow__viewport").waitFor();
  const fill = async (label: string, value: string) => {
    const field = properties.getByLabel(label).first();
    await field.fill(value);
    await field.press("Enter");
  };
  await press(/Physical servers/);
  await fill("Name", "db");
  await press(/Virtual servers/);
  await fill("Name", "app");
  await fill("Count", "2");
  await press(/Network/);
  for (const group of ["db", "app"]) {
    await properties.getByRole("button", { name: "Connect to…" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: group, exact: true }).focus();
    await page.keyboard.press("Enter");
  }
  await page.locator(".react-flow__pane").click({ position: { x: 5, y: 60 } });
  await fill("Name", "drawn-shop");
  await fill("Title", "A drawn shop");
  await page.locator(".designer-lamp", { hasText: "Ready to publish" }).waitFor();
}

it("from an empty canvas to a console, and back (CAP A1, B1-B8, F9)", { timeout: LIMIT_MS }, async () => {
  const before = await readTruth(house);
  await as("architect", "/designer/~new", async (page) => {
    await draw(page);
    await button(page, "Publish").click();
    await page.waitForURL("**/designer/drawn-shop");
  });

  await as("user", "/catalog", async (page) => {
    await page.getByRole("link", { name: "Request A drawn shop" }).click();
    await page.locator(".berth-form__aside").getByText("2 of 2 physical servers are free").waitFor();
    await page.getByRole("textbox", { name: "Service" }).fill("shop");
    await page.getByRole("textbox", { name: "Completion" }).fill("shop");
    await page.getByRole("textbox", { name: "Email" }).fill("user@example.org");
    await page.getByRole("radio", { name: "delete" }).check();
    await button(page, "Request").click();
    await page.getByRole("heading", { name: "Waits for approval" }).waitFor();
  });

  await as("approver", "/approvals", async (page) => {
    await page.getByRole("meter", { name: "Physical servers" }).waitFor();
    await page.keyboard.press("a");
    await page.getByRole("textbox", { name: "Reason" }).fill("within budget");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
  });

  await as("operator", "/requests/shop", async (page) => {
    await page.getByText("3 of 3 ready").waitFor({ timeout: LIMIT_MS });
  });

  const { items } = await controller.api.listServers({ query: { service: "shop", kind: "virtual" } });
  await as("user", `/servers/${items[0]?.name}/console`, async (page) => {
    await page.locator('[data-state="open"]').waitFor();
    const text = () => page.locator(".xterm-accessibility-tree").textContent();
    await expect.poll(text, { timeout: 60_000 }).toContain("login:");
  });

  // As if the weeks had passed: an earlier end needs nobody's approval.
  const endsAt = new Date(Date.now() + 3_000).toISOString();
  await controller.api.extendService({ params: { id: "shop" }, body: { endsAt } });
  await until(
    () => controller.api.getService({ params: { id: "shop" } }),
    (service) => service.state === "retired",
    { limitMs: LIMIT_MS, what: (service) => `shop is ${service.state}` },
  );
  await as("user", "/", async (page) => {
    await page.getByRole("link", { name: "Open the catalogue" }).first().waitFor();
  });
  expect(leftovers(before, await readTruth(house), { ignore: CACHES })).toEqual([]);
  expect(await invariants(house)).toEqual([]);
  expect(await canaries(house)).toEqual([]);
});
