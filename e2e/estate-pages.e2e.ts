import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addUser, openAs, openAsRole, openPage, type PortalPage, startBrowser, type Who } from "./browser.ts";
import { visitEveryPage } from "./every-page.ts";
import type { Api } from "./house.ts";
import { addEnclosures } from "./many-machines.ts";
import { fillPortalHouse, type PortalHouse, startPortalHouse } from "./portal-house.ts";
import { settled } from "./settled.ts";

/** The portal's pages of the estate, of access and of settings, as an administrator uses them. CAP D3, P1, P2. */
/** Pages of objects that not every house has; all the others are opened by the portal's own test. */
const RARE = ["/estate/policies/", "/access/groups/", "/access/projects/", "/access/edit/", "/access/add/"];
/** A deadline against hangs, no measure. */
const PATIENCE = { timeout: 30_000 };
const MANY_ENCLOSURES = 149;
const BAYS = 16;
/** A picture of 2,400 machines is made of their enclosures, not of themselves. */
const MAX_ELEMENTS = 12_000;

let place: PortalHouse;
let browser: Browser;
let admin: Who;
let url: string;
let api: Api;

beforeAll(async () => {
  place = await startPortalHouse();
  ({ url, api } = place.controller);
  await fillPortalHouse(api);
  await api.applyBootPolicy({ params: { name: "lab-cards-wait" }, body: { action: "wait", mac: "52:54:00" } });
  await api.createProject({ body: { name: "web", notes: "The shop" } });
  await api.createGroup({ body: { name: "leads" } });
  await api.createGrant({ body: { role: "approver", group: "leads", project: "web" } });
  await api.createSelfServicePolicy({ body: { name: "few", groups: ["leads"], maxServers: 3 } });
  await api.createApprovalRule({ body: { name: "small", outcome: "approve", maxDays: 1, maxServers: 1 } });
  await api.reserveAddress({ body: { network: "lan", ip: "10.77.1.250", note: "printer" } });
  browser = await startBrowser();
  admin = await addUser(place.controller, "administrator", "ada");
});
afterAll(async () => {
  await browser?.close();
  await place?.stop();
});

/** A page of the administrator; a test that leaves errors in its console fails. */
async function withPage(path: string, use: (page: Page, opened: PortalPage) => Promise<void>): Promise<void> {
  const opened = await openAs(browser, url, admin);
  await opened.page.goto(path);
  await settled(opened.page);
  await use(opened.page, opened);
  expect(opened.errors).toEqual([]);
  await opened.close();
}

const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 1, name });

it.each(RARE)("every page below %s opens without errors, and hinders nobody", async (path) => {
  const signedIn = await openAs(browser, url, admin);
  const stranger = await openPage(browser, url);
  const { pages, problems, missed } = await visitEveryPage({ api, signedIn, stranger, only: path });
  expect(problems).toEqual([]);
  expect(missed).toEqual([]);
  expect(pages).toBeGreaterThan(0);
  await signedIn.close();
  await stranger.close();
});

describe("the picture of the estate", () => {
  it("leads into an enclosure, from bay to bay by the keyboard, and to what it is connected to", async () => {
    await withPage("/estate", async (page) => {
      const tile = page.locator('[data-end="enclosure/enc1"]');
      await tile.getByRole("button").click();
      const bays = page.getByRole("list", { name: "Bays of enc1" });
      const carrying = bays.getByRole("link", { name: /carries shop-db-1/ });
      await carrying.waitFor();
      await page.locator(".estate-wires path").first().waitFor({ state: "attached" });
      await bays.getByRole("link", { name: /^Bay 1 / }).focus();
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => page.evaluate("document.activeElement.dataset.bay"), PATIENCE).toBe("2");
      await carrying.click();
      await heading(page, /^enc1-bay/).waitFor();
      await page.getByRole("link", { name: "shop-db-1", exact: true }).first().waitFor();
    });
  });

  it("shows which places use a network", async () => {
    await withPage("/estate", async (page) => {
      const networks = page.getByRole("region", { name: "Networks" });
      await networks.locator('[data-end="network/storage"]').getByRole("button", { name: "Who uses it" }).click();
      await page.locator('[data-end="host/sim1"]').waitFor({ state: "detached" });
      expect(await page.locator('[data-end="enclosure/enc1"]').count()).toBe(1);
    });
  });
});

describe("a machine", () => {
  it("is kept out of use with a reason, and says why an act is not possible", async () => {
    const { items } = await api.listMachines({ query: { limit: 10 } });
    const free = items.find(({ state }) => state === "available");
    const used = items.find(({ server }) => server === "shop-db-1");
    if (free === undefined || used === undefined) throw new Error("the house has no free and no used machine");
    await withPage(`/estate/machines/${free.name}`, async (page) => {
      await page.getByRole("button", { name: "Begin maintenance" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Reason").fill("new fan");
      await dialog.getByRole("button", { name: "Begin maintenance" }).click();
      await page.getByText("In maintenance: no server is put here").first().waitFor();
      await page.getByText("new fan").first().waitFor();
    });
    expect(await api.getMachine({ params: { id: free.id } })).toMatchObject({
      maintenance: true,
      maintenanceReason: "new fan",
    });
    await withPage(`/estate/machines/${used.name}`, async (page) => {
      await page.getByRole("button", { name: "Inspect", exact: true }).hover();
      await page.getByText("it serves server shop-db-1, and wears its identity").first().waitFor();
      await page.getByRole("button", { name: `All actions of ${used.name}` }).click();
      await page.getByText("it serves server shop-db-1: end that first, or move it elsewhere").first().waitFor();
    });
  });

  it("is only looked at by an auditor, who is told so", async () => {
    const auditor = await openAsRole(browser, place.controller, "auditor");
    await auditor.page.goto("/estate/machines/enc1-bay2");
    await settled(auditor.page);
    await auditor.page.getByRole("button", { name: "Inspect", exact: true }).hover();
    await auditor.page.getByText("it is for operators").first().waitFor();
    expect(await auditor.page.getByRole("link", { name: "Edit" }).count()).toBe(0);
    expect(auditor.errors).toEqual([]);
    await auditor.close();
  });

  it("is tried before it is added: first with a wrong password, then with the right one", async () => {
    const blade = place.house.lab.enclosures.flatMap(({ blades }) => blades)[0];
    if (blade === undefined) throw new Error("the lab has no blade");
    await withPage("/estate/add-machine", async (page) => {
      await page.getByLabel("Site").selectOption("lab");
      await page.getByLabel("Provider").selectOption("redfish");
      await page.getByLabel("Endpoint").fill("https://127.0.0.1/redfish");
      await page.getByLabel("Username").fill(blade.username);
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Test connection" }).click();
      await page.getByText(/settings\.endpoint: only https/).waitFor();
      await page.getByLabel("Endpoint").fill(blade.endpoint);
      await page.getByLabel("Mode").selectOption("insecure");
      await page.getByRole("button", { name: "Test connection" }).click();
      await page.getByText(/refused the credentials/).waitFor();
      await page.getByLabel("Password").fill(blade.password);
      await page.getByRole("button", { name: "Test connection" }).click();
      await page.getByRole("heading", { name: /It works/ }).waitFor();
      await page.getByRole("rowheader", { name: "Power" }).waitFor();
    });
  });

  it("comes with many others out of a table, whose wrong lines are named", async () => {
    await withPage("/estate/add-machines", async (page) => {
      const table = page.getByLabel("Machines, as a table");
      await table.fill("name,site,provider,endpoint\nb1,lab,redfish,https://127.0.0.1:9\nb2,,redfish,");
      await page.getByText("Line 3 has no site").waitFor();
      expect(await page.getByRole("button", { name: "Add 1 machine" }).isDisabled()).toBe(true);
      await table.fill("name,site,provider,endpoint\nb1,lab,redfish,https://127.0.0.1:9");
      await page.getByRole("button", { name: "Add 1 machine" }).click();
      await page.getByText("0 added, 1 not").waitFor();
    });
  });
});

describe("forms", () => {
  it("name the field that is wrong, and make a network once it is right", async () => {
    await withPage("/estate/add/network", async (page) => {
      await page.getByRole("textbox", { name: /^Name/ }).fill("office");
      await page.getByLabel("Site").selectOption("lab");
      await page.getByLabel("CIDR").fill("10.99.0.0/33");
      await page.getByRole("button", { name: "Save" }).click();
      const cidr = page.getByLabel("CIDR");
      await expect.poll(() => cidr.getAttribute("aria-invalid"), PATIENCE).toBe("true");
      await cidr.fill("10.99.0.0/24");
      await page.getByRole("button", { name: "Save" }).click();
      await heading(page, "Networks").waitFor();
      await page.getByRole("link", { name: "office" }).first().waitFor();
    });
    expect(await api.getNetwork({ params: { id: "office" } })).toMatchObject({ cidr: "10.99.0.0/24" });
  });

  it("add a user, whose password is shown once, and refuse a second of the name at its field", async () => {
    await withPage("/access/users", async (page) => {
      const add = async (name: string) => {
        await page.getByRole("button", { name: "Add a user" }).click();
        await page.getByRole("dialog").getByLabel("Name").fill(name);
        await page.getByRole("dialog").getByRole("button", { name: "Add a user" }).click();
      };
      await add("grace");
      const password = page.getByLabel("The password of grace").getByRole("textbox");
      expect((await password.inputValue()).length).toBeGreaterThan(12);
      await page.getByRole("button", { name: "I have it" }).click();
      await page.getByRole("link", { name: "grace" }).first().waitFor();
      await add("grace");
      const name = page.getByRole("dialog").getByLabel("Name");
      await expect.poll(() => name.getAttribute("aria-invalid"), PATIENCE).toBe("true");
      await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    });
  });

  it("put a user into a group and give it a role", async () => {
    await withPage("/access/groups/leads", async (page) => {
      await page.getByLabel("Add a member").selectOption("ada");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await page.getByRole("grid", { name: "Members" }).getByRole("link", { name: "ada" }).waitFor();
      await page.getByRole("button", { name: "Give a role" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("combobox", { name: /^Role/ }).selectOption("operator");
      await dialog.getByRole("combobox", { name: /^Pool/ }).selectOption("default");
      await dialog.getByRole("button", { name: "Give a role" }).click();
      await page.getByRole("grid", { name: "Roles given" }).getByRole("link", { name: "default" }).waitFor();
    });
    const { items } = await api.listGrants({ query: { group: "leads" } });
    expect(items).toContainEqual(expect.objectContaining({ role: "operator", pool: "default" }));
  });
});

describe("the audit", () => {
  it("shows what was changed, and that nobody has changed it", async () => {
    await api.updateUser({
      params: { name: "ada" },
      body: { email: "ada@example.org" },
      ifMatch: (await api.getUser({ params: { name: "ada" } })).version,
    });
    await withPage("/settings/audit?action=user.update", async (page) => {
      await page.getByRole("button", { name: /field/ }).first().click();
      await page.getByRole("grid", { name: "Before and after" }).getByText("ada@example.org").waitFor();
      await page.getByRole("button", { name: "Close" }).click();
      await page.getByRole("button", { name: "Verify" }).click();
      await page.getByText("Nothing was changed").waitFor();
    });
  });
});

it("stays usable with 2,400 machines: they are told by enclosure, and looked into one at a time", async () => {
  await addEnclosures(place.house, { enclosures: MANY_ENCLOSURES, bays: BAYS });
  const topology = await api.getTopology({});
  const machines = topology.sites[0]?.places.flatMap((one) => one.machines).reduce((sum, one) => sum + one.count, 0);
  expect(machines).toBeGreaterThanOrEqual(MANY_ENCLOSURES * BAYS);
  await withPage("/estate", async (page) => {
    await expect.poll(() => page.locator(".estate-tile").count(), PATIENCE).toBeGreaterThan(MANY_ENCLOSURES);
    expect(await page.locator("*").count()).toBeLessThan(MAX_ELEMENTS);
    await page.getByLabel("Find an enclosure or host").fill("many-077");
    await expect.poll(() => page.locator(".estate-tile").count(), PATIENCE).toBe(1);
    await page.locator(".estate-tile").getByRole("button").click();
    await page
      .getByRole("list", { name: "Bays of many-077" })
      .getByRole("link", { name: /^Bay 16 / })
      .waitFor();
  });
});
