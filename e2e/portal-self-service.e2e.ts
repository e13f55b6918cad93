import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violationsOf } from "./axe.ts";
import { addUser, openAs, startBrowser, type Who } from "./browser.ts";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { invariants } from "./invariants.ts";
import { makeTinyImage, publish, until, untilActive } from "./steps.ts";
import { twoTier } from "./templates.ts";

const LIMIT_MS = 120_000;

let house: House;
let controller: RunningController;
let browser: Browser;
let ada: Who;
let bob: Who;
let olga: Who;

beforeAll(async () => {
  house = await startHouse({ blades: 2, hosts: 2 });
  controller = await house.startController();
  await moveIn(house, controller.api);
  await makeTinyImage(controller.api);
  await publish(controller.api, twoTier);
  ada = await addUser(controller, "user", "ada");
  bob = await addUser(controller, "approver", "bob");
  olga = await addUser(controller, "operator", "olga");
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await house?.stop();
});

/** A page of somebody, for as long as `use` takes; it must not have written an error. */
async function as(who: Who, path: string, use: (page: Page) => Promise<void>): Promise<void> {
  const opened = await openAs(browser, controller.url, who);
  try {
    await opened.page.goto(path);
    await use(opened.page);
    expect(opened.errors).toEqual([]);
  } finally {
    await opened.close();
  }
}

const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000).toISOString();
const field = (page: Page, label: string) => page.getByRole("textbox", { name: label });
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
/** The state beside the title of a page. */
const state = (page: Page, value: string) => page.locator(".berth-page__title-row").getByText(value, { exact: true });

describe("a service's life in the browser (CAP B1, B2, B3, B5, B7, B8)", () => {
  it("is asked for from the catalogue, with its price told while one types", async () => {
    await as(ada, "/", async (page) => {
      await page.getByRole("link", { name: "Open the catalogue" }).click();
      const card = page.getByRole("listitem").filter({ hasText: "Two tiers" });
      await card.getByText("a day").waitFor();
      await card.getByRole("img", { name: /1 physical db on lan and storage/ }).waitFor();
      await card.getByRole("link", { name: "Request Two tiers" }).click();

      const quote = page.locator(".berth-form__aside");
      await quote.getByText("for 14 days").waitFor();
      await quote.getByText("2 of 2 physical servers are free").waitFor();
      await button(page, "3 months").click();
      await quote.getByText("for 91 days").waitFor();

      await field(page, "Service").fill("Shop!");
      await field(page, "Completion").fill("x1");
      await field(page, "Email").fill("ada@example.org");
      await quote.getByText(/^Service: /).waitFor();
      await button(page, "Request").click();
      await until(
        () => field(page, "Service").getAttribute("aria-invalid"),
        (invalid) => invalid === "true",
        { limitMs: LIMIT_MS, what: () => "the wrong field is not marked" },
      );
      await field(page, "Service").fill("shop");
      await button(page, "Request").click();
      await heading(page, "Waits for approval").waitFor();
    });
    expect((await controller.api.getRequest({ params: { id: "shop" } })).requester).toBe("ada");
  });

  it("is approved by a key, with a reason, and with what it takes from the pool in sight", async () => {
    await as(bob, "/approvals", async (page) => {
      await page.getByRole("meter", { name: "Physical servers" }).waitFor();
      await page.keyboard.press("a");
      await page.getByRole("textbox", { name: "Reason" }).waitFor();
      await page.keyboard.type("within budget");
      await page.keyboard.press("Enter");
      await heading(page, "Nothing waits for you").waitFor();
    });
    expect((await controller.api.getRequest({ params: { id: "shop" } })).decidedBy).toBe("bob");
  });

  it("is watched by an operator until it runs, in plain words and step by step", async () => {
    await as(olga, "/requests/shop", async (page) => {
      await state(page, "Active").waitFor({ timeout: LIMIT_MS });
      await page.getByText("3 of 3 ready").waitFor();
      await button(page, "Every step").click();
      await page.getByRole("list", { name: "Steps" }).getByText("occupy-machine", { exact: true }).waitFor();
    });
  });

  it("is shown again by itself after the controller was away", async () => {
    await as(ada, "/services/shop", async (page) => {
      const topology = page.getByRole("group", { name: "Topology of shop" });
      await topology.getByRole("link", { name: "shop-db-1" }).waitFor();
      const { host } = new URL(controller.url);
      await controller.kill("SIGKILL");
      await page.getByText("Connection lost").waitFor();
      controller = await house.startController({ env: { BERTH_LISTEN: host } });
      await page.getByText("Connection lost").waitFor({ state: "hidden" });
      await topology.getByRole("link", { name: "shop-app-1" }).click();
      await heading(page, "shop-app-1").waitFor();
    });
  });

  it("lets its owner stop and start a server, and says why what can't be done can't", async () => {
    await as(ada, "/servers", async (page) => {
      await page.getByRole("link", { name: "shop-app-1" }).click();
      await button(page, "Stop").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Its disks, addresses and place.").waitFor();
      await dialog.getByRole("button", { name: "Stop" }).click();
      await state(page, "Inactive").waitFor({ timeout: LIMIT_MS });

      const { refused } = await controller.api.getServer({ params: { id: "shop-app-1" } });
      await button(page, "All actions of shop-app-1").click();
      const stop = page.getByRole("menuitem", { name: "Stop" });
      await stop.getByText(refused.stop ?? "the API gives no reason").waitFor();
      expect(await stop.getAttribute("aria-disabled")).toBe("true");
      await page.keyboard.press("Escape");

      await button(page, "Start").click();
      await state(page, "Active").waitFor({ timeout: LIMIT_MS });
    });
  });

  it("is deleted by its owner, who is told by name what is lost and what is kept", async () => {
    await as(ada, "/services/shop", async (page) => {
      await button(page, "Delete").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText(/^shop-db-1 .*its disks are wiped/).waitFor();
      await dialog.getByText(/it goes back to its pool/).waitFor();
      await dialog.getByRole("button", { name: "Delete" }).click();
      await state(page, "Retired").waitFor({ timeout: LIMIT_MS });
    });
    expect(await invariants(house)).toEqual([]);
  });
});

describe("the pages of self-service", () => {
  const paths = [
    ...["/", "/catalog", "/catalog/two-tier", "/catalog/two-tier/request", "/requests", "/requests/page"],
    ...["/approvals", "/services", "/services/page", "/servers", "/servers/page-app-1"],
  ];

  it("have nothing that axe finds, in either theme", async () => {
    const wish = { template: "two-tier", completion: "x2", email: "ops@example.org", endsAt: inDays(3) };
    await controller.api.createRequest({ body: { ...wish, service: "page" } });
    await controller.api.approveRequest({ params: { id: "page" }, body: {} });
    await untilActive(controller.api, "page", LIMIT_MS);
    const later = { startsAt: inDays(4), endsAt: inDays(5) };
    await controller.api.createRequest({ body: { ...wish, ...later, service: "later", completion: "x3" } });
    const root = await addUser(controller, "administrator", "root");
    for (const theme of ["light", "dark"] as const) {
      const { page, errors, close } = await openAs(browser, controller.url, root, theme);
      for (const path of paths) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await until(
          () => page.getByLabel("Loading").count(),
          (count) => count === 0,
          { limitMs: LIMIT_MS, what: () => `${path} is still loading` },
        );
        expect(await violationsOf(page), `${path} in ${theme}`).toEqual([]);
      }
      expect(errors).toEqual([]);
      await close();
    }
  });
});
