import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violationsOf } from "./axe.ts";
import { addUser, openAs, type PortalPage, startBrowser, type Who } from "./browser.ts";
import { type PortalHouse, startPortalHouse } from "./portal-house.ts";
import { settled } from "./settled.ts";

let portal: PortalHouse;
let browser: Browser;
let amy: Who;
let ben: Who;

beforeAll(async () => {
  portal = await startPortalHouse();
  browser = await startBrowser();
  amy = await addUser(portal.controller, "architect", "amy");
  ben = await addUser(portal.controller, "architect", "ben");
});
afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

const api = () => portal.controller.api;
const palette = (page: Page) => page.getByRole("region", { name: "Palette" });
const properties = (page: Page) => page.getByRole("region", { name: "Properties" });
const node = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);
const wires = (page: Page) => page.locator(".react-flow__edge");
const yamlText = (page: Page) => page.getByRole("textbox", { name: "The template as YAML" });
const typeScriptText = (page: Page) => page.getByRole("textbox", { name: "The template as TypeScript" });

/** A page of an architect on the designer of a template; `~new` is an empty canvas. */
async function openDesigner(who: Who, name: string): Promise<PortalPage> {
  const opened = await openAs(browser, portal.controller.url, who);
  await opened.page.goto(`/designer/${name}`);
  await settled(opened.page);
  await opened.page.locator(".react-flow__viewport").waitFor();
  return opened;
}

async function lampSays(page: Page, words: string | RegExp): Promise<void> {
  await page.locator(".designer-lamp", { hasText: words }).waitFor();
}

async function centreOf(element: Locator): Promise<{ x: number; y: number }> {
  const box = await element.boundingBox();
  if (box === null) throw new Error("the element is not on the page");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Draws a wire with the mouse, once nothing moves on the canvas any more. */
async function wire(page: Page, group: string, network: string): Promise<void> {
  const before = await wires(page).count();
  await stands(node(page, network));
  const from = await centreOf(node(page, group).locator(".designer-handle"));
  const to = await centreOf(node(page, network).locator(".designer-handle"));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => wires(page).count(), { timeout: 30_000 }).toBe(before + 1);
}

/** The canvas glides to what was added: waits until two looks in a row show the same place. */
async function stands(element: Locator): Promise<void> {
  await element.waitFor();
  let last = "";
  await expect
    .poll(
      async () => {
        const now = JSON.stringify(await element.boundingBox());
        const isSame = now === last;
        last = now;
        return isSame;
      },
      { timeout: 30_000, interval: 150 },
    )
    .toBe(true);
}

async function fill(page: Page, label: string, value: string): Promise<void> {
  const field = properties(page).getByLabel(label).first();
  await field.fill(value);
  await field.press("Enter");
}

describe("CAP A1: drawing a template from nothing", () => {
  it("with the mouse: a metal database and virtual pages, published and requested", async () => {
    const { page, errors, close } = await openDesigner(amy, "~new");
    await page.getByText("Begin with servers").waitFor();
    await lampSays(page, "1 thing is missing");
    await palette(page)
      .getByRole("button", { name: /Physical servers/ })
      .click();
    await fill(page, "Name", "db");
    await node(page, "group:db").waitFor();
    await page.getByText("Now add a network").waitFor();
    await palette(page)
      .getByRole("button", { name: /Virtual servers/ })
      .click();
    await fill(page, "Name", "app");
    await fill(page, "Count", "2");
    await page.getByText("2 virtual").waitFor();
    await palette(page)
      .getByRole("button", { name: /Network/ })
      .click();
    await wire(page, "group:db", "network:lan");
    await wire(page, "group:app", "network:lan");
    await page.locator(".react-flow__pane").click({ position: { x: 5, y: 60 } });
    await fill(page, "Name", "drawn-shop");
    await fill(page, "Title", "A drawn shop");
    await lampSays(page, "Ready to publish");
    await page.locator(".designer-price", { hasText: /a day/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.waitForURL("**/designer/drawn-shop");
    const { document, published } = await api().getTemplate({ params: { name: "drawn-shop" } });
    expect(published).toBe(true);
    expect(document.spec.groups).toMatchObject([
      { name: "db", kind: "physical", nics: [{ network: "lan", primary: true }] },
      { name: "app", kind: "virtual", count: 2, nics: [{ network: "lan" }] },
    ]);
    const endsAt = new Date(Date.now() + 86_400_000).toISOString();
    const wish = { service: "drawn", template: "drawn-shop", completion: "drawn", email: "amy@example.org", endsAt };
    expect(await api().quoteRequest({ body: wish })).toMatchObject({ fits: true });
    expect(errors).toEqual([]);
    await close();
  });

  it("with the keyboard alone: added, joined, moved, deleted, undone, saved", async () => {
    const { page, errors, close } = await openDesigner(amy, "~new");
    const add = async (name: RegExp) => {
      await palette(page).getByRole("button", { name }).focus();
      await page.keyboard.press("Enter");
    };
    await add(/Virtual servers/);
    await node(page, "group:vm").waitFor();
    await add(/Network/);
    await node(page, "network:lan").waitFor();
    await properties(page).getByRole("button", { name: "Connect to…" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "vm" }).focus();
    await page.keyboard.press("Enter");
    await lampSays(page, "Ready to publish");

    await stands(node(page, "group:vm"));
    await node(page, "group:vm").focus();
    await page.keyboard.press("Enter");
    await properties(page).getByRole("heading", { name: "Servers vm" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("button", { name: "Code", exact: true }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => yamlText(page).textContent(), { timeout: 30_000 }).toContain("group:vm");

    await page.getByRole("button", { name: "Lay out" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => yamlText(page).textContent(), { timeout: 30_000 }).toContain("network:lan");
    await stands(node(page, "group:vm"));

    await node(page, "group:vm").focus();
    await page.keyboard.press("Delete");
    await expect.poll(() => node(page, "group:vm").count()).toBe(0);
    await page.keyboard.press("Control+z");
    await node(page, "group:vm").waitFor();
    await page.keyboard.press("Control+y");
    await expect.poll(() => node(page, "group:vm").count()).toBe(0);
    await page.keyboard.press("Control+z");
    await lampSays(page, "Ready to publish");
    await node(page, "group:vm").focus();
    await page.keyboard.press("Control+s");
    await page.waitForURL("**/designer/new-template");
    expect((await api().getTemplate({ params: { name: "new-template" } })).published).toBe(false);
    expect(errors).toEqual([]);
    await close();
  });
});

describe("CAP A9: one document, several views", () => {
  it("YAML, TypeScript and drawing follow each other, with one undo, and comments stay", async () => {
    const { page, errors, close } = await openDesigner(amy, "two-tier");
    await page.getByRole("button", { name: "Code", exact: true }).click();
    await yamlText(page).waitFor();
    await type(page, yamlText(page), (text) => text.replace("name: db", "name: store # kept"));
    await node(page, "group:store").waitFor();
    await expect.poll(() => typeScriptText(page).textContent(), { timeout: 30_000 }).toContain('name: "store"');

    await type(page, typeScriptText(page), (text) => text.replace('name: "store"', 'name: "vault"'));
    await node(page, "group:vault").waitFor();
    await expect.poll(() => yamlText(page).textContent(), { timeout: 30_000 }).toContain("name: vault # kept");

    await page.locator(".react-flow__pane").click({ position: { x: 5, y: 60 } });
    await page.getByRole("button", { name: "Undo" }).click();
    await node(page, "group:store").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await node(page, "group:db").waitFor();
    await expect.poll(() => typeScriptText(page).textContent(), { timeout: 30_000 }).toContain('name: "db"');
    expect(errors).toEqual([]);
    await close();
  });

  it("what is wrong is red in all of them, the lamp leads to it, and code is never run", async () => {
    const { page, errors, close } = await openDesigner(amy, "two-tier");
    await page.getByRole("button", { name: "Code", exact: true }).click();
    await yamlText(page).waitFor();
    await type(page, yamlText(page), (text) => text.replace("cores: 1", "cores: 0"));
    await lampSays(page, "1 thing is missing");
    await page.locator('.react-flow__node.designer-wrong[data-id="group:db"]').waitFor();
    expect(await node(page, "group:db").getAttribute("aria-label")).toContain("Wrong:");
    for (const pane of ["YAML", "TypeScript"])
      await page.getByRole("region", { name: pane, exact: true }).locator(".cm-lint-marker-error").first().waitFor();
    await page.locator(".designer-lamp").click();
    await page.getByRole("button", { name: /^Cores/ }).click();
    await properties(page).getByRole("heading", { name: "Servers db" }).waitFor();
    expect(await page.getByRole("button", { name: "Save", exact: true }).getAttribute("aria-disabled")).toBe("true");

    await type(page, typeScriptText(page), (text) => text.replace("cores: 0", "cores: (globalThis.pwned = 1)"));
    await page.getByRole("region", { name: "TypeScript", exact: true }).getByRole("status").waitFor();
    expect(await page.evaluate("globalThis.pwned")).toBeUndefined();
    await type(page, yamlText(page), () => "metadata: [");
    await lampSays(page, "The text can't be read");
    await node(page, "group:db").waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});

describe("CAP A1: nothing is lost", () => {
  it("tells the second of two editors, who sees what differs and keeps his work", async () => {
    const name = await sharedTemplate("shared-work");
    const first = await openDesigner(amy, name);
    const second = await openDesigner(ben, name);
    await fill(first.page, "Title", "Amy was here");
    await fill(second.page, "Title", "Ben was here");
    await first.page.getByRole("button", { name: "Save", exact: true }).click();
    await first.page.getByText(`Saved ${name}, version 2`).first().waitFor();
    // Live events tell him before he saves.
    await second.page.getByText("amy has saved version 2 while you edit version 1.").waitFor();
    await second.page.getByRole("button", { name: "Save", exact: true }).click();
    const dialog = second.page.getByRole("dialog");
    await dialog.getByText("Amy saved shared-work@2 while you edited version 1", { exact: false }).waitFor();
    await dialog.getByText("metadata.title").waitFor();
    expect((await api().getTemplate({ params: { name } })).document.metadata.title).toBe("Amy was here");
    await dialog.getByRole("button", { name: "Save mine as the next version" }).click();
    await second.page.getByText(`Saved ${name}, version 3`).first().waitFor();
    expect((await api().getTemplate({ params: { name } })).document.metadata.title).toBe("Ben was here");
    await first.close();
    await second.close();
  });

  it("keeps the draft over a closed page, and gives it up only when told to", async () => {
    const name = await sharedTemplate("left-alone");
    const { page, close } = await openDesigner(amy, name);
    await fill(page, "Title", "Half done");
    await page.getByRole("heading", { level: 1, name: "Half done" }).waitFor();
    await page.reload();
    await settled(page);
    await page.getByRole("heading", { level: 1, name: "Half done" }).waitFor();
    await page.getByRole("button", { name: "Begin again from what is saved" }).click();
    await page.getByRole("heading", { level: 1, name: name }).waitFor();
    await close();
  });

  it("says where it would land before anybody can ask for it", async () => {
    const { page, close } = await openDesigner(amy, "two-tier");
    await lampSays(page, /Ready/);
    await page.getByRole("button", { name: "Test placement" }).click();
    const table = page.getByRole("grid", { name: "Where each server would land" });
    await table.getByText("two-tier-db-1").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await close();
  });
});

/** Copies the whole text of an editor, changes it, and pastes it over the old one. */
async function type(page: Page, editor: Locator, change: (text: string) => string): Promise<void> {
  await editor.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  const before = String(await page.evaluate("navigator.clipboard.readText()"));
  const after = change(before);
  expect(after).not.toBe(before);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(after)})`);
  await page.keyboard.press("Control+v");
  const start = after.replaceAll("\n", "").slice(0, 200);
  await expect.poll(() => editor.textContent(), { timeout: 30_000 }).toContain(start);
}

async function sharedTemplate(name: string): Promise<string> {
  const { yaml } = await api().exportTemplate({ params: { name: "two-tier" } });
  const document = yaml.replace("name: two-tier", `name: ${name}`).replace(/title: [^}\n]+/, `title: ${name} `);
  await api().applyTemplate({ body: { document } });
  return name;
}
