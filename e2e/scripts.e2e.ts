import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violationsOf } from "./axe.ts";
import { addUser, openAs, startBrowser, type Who } from "./browser.ts";
import { type PortalHouse, startPortalHouse } from "./portal-house.ts";
import { settled } from "./settled.ts";

/** What a form shows as code, kept, changed, run and scheduled (CAP Q3). */
let portal: PortalHouse;
let browser: Browser;
let olga: Who;

beforeAll(async () => {
  portal = await startPortalHouse();
  browser = await startBrowser();
  olga = await addUser(portal.controller, "operator", "olga");
});
afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

const api = () => portal.controller.api;
const editor = (page: Page) => page.getByRole("textbox", { name: "The script" });

async function withPage(path: string, use: (page: Page) => Promise<void>): Promise<void> {
  const opened = await openAs(browser, portal.controller.url, olga);
  await opened.page.goto(path);
  await settled(opened.page);
  await use(opened.page);
  expect(opened.errors).toEqual([]);
  await opened.close();
}

describe("code that is shown", () => {
  it("is saved out of a form, and does what the form's button would have done", async () => {
    await withPage("/estate/add/network", async (page) => {
      await page.getByRole("textbox", { name: /^Name/ }).fill("by-script");
      await page.getByLabel("Site").selectOption("lab");
      await page.getByLabel("CIDR").fill("10.98.0.0/24");
      await page.getByRole("button", { name: "Show code" }).click();
      await page.getByRole("tab", { name: "TypeScript" }).click();
      await page.getByLabel("Save it in the script library as").fill("add-network");
      await page.getByRole("button", { name: "Save in the library" }).click();
      await page.getByRole("link", { name: "add-network" }).waitFor();
    });
    // Saving it was not pressing the form's own button.
    await expect(api().getNetwork({ params: { id: "by-script" } })).rejects.toMatchObject({ code: "not_found" });
    await withPage("/scripts/add-network", async (page) => {
      await page.getByText("The types are right.").waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.getByRole("heading", { level: 1, name: /add-network@1/ }).waitFor();
      await page.getByText("10.98.0.0/24").first().waitFor();
    });
    expect(await api().getNetwork({ params: { id: "by-script" } })).toMatchObject({ cidr: "10.98.0.0/24" });
  });
});

describe("the script library", () => {
  it("says what is wrong in a line, and keeps versions", async () => {
    await withPage("/new-script", async (page) => {
      await page.getByRole("textbox", { name: /^Name/ }).fill("report");
      await page.getByRole("button", { name: "Write it" }).click();
      await page.getByRole("heading", { level: 1, name: "report" }).waitFor();
      await editor(page).fill(
        'import { connect } from "@berth/sdk/connect.ts";\nconsole.log(await connect().whoAmI());\n',
      );
      await page
        .getByText(/Property 'whoAmI' does not exist/)
        .first()
        .waitFor();
      await editor(page).fill(
        'import { connect } from "@berth/sdk/connect.ts";\nconsole.log(await connect().whoami());\n',
      );
      await page.getByText("The types are right.").waitFor();
      await page.getByRole("button", { name: "Save as next version" }).click();
      await page.getByRole("button", { name: "Version 2" }).waitFor();
      await page.getByRole("button", { name: "Version 1" }).click();
      await expect.poll(() => editor(page).textContent()).toContain("listServers");
      await page.getByRole("button", { name: "Make version 1 the newest" }).waitFor();
    });
  });

  it("lets a script run by itself, and says when", async () => {
    await api().saveScript({ params: { name: "nightly" }, body: { text: "console.log(1);\n", shared: true } });
    await withPage("/scripts", async (page) => {
      await page.getByRole("link", { name: "nightly" }).waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole("link", { name: "nightly" }).click();
      // Not the operator's own: he sees it, and why he may not change it.
      await page.getByText(/belongs to/).waitFor();
      expect(await page.getByRole("button", { name: "Schedule" }).getAttribute("aria-disabled")).toBe("true");
    });
    await api().scheduleScript({
      params: { name: "nightly" },
      body: { startsAt: new Date(Date.now() + 86_400_000).toISOString(), repeat: "daily" },
    });
    await withPage("/scripts/nightly", async (page) => {
      await page.getByText(/^daily, next /).waitFor();
    });
  });
});
