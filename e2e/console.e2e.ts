import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { qemuBlade, whyNoQemu } from "../packages/server/src/providers/redfish/testing/qemu-fixture.ts";
import { violationsOf } from "./axe.ts";
import { addUser, openAs, type PortalPage, startBrowser } from "./browser.ts";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { settled } from "./settled.ts";
import { makeTinyImage, publish, untilActive } from "./steps.ts";
import { vms } from "./templates.ts";

/** Consoles as people see them (CAP F9, issue item Console): a real browser, the controller's policy for scripts in force. */
const CLI = join(import.meta.dirname, "../packages/cli/src/main.ts");
const LIMIT_MS = 240_000;
const WAIT = { timeout: 60_000, interval: 200 };
const why = whyNoQemu();

let house: House;
let controller: RunningController;
let browser: Browser;
let ada: PortalPage;
let machine: Awaited<ReturnType<typeof qemuBlade>> | null = null;

beforeAll(async () => {
  house = await startHouse({ blades: 1, hosts: 1 });
  controller = await house.startController();
  const { api } = controller;
  await moveIn(house, api);
  await makeTinyImage(api);
  await publish(api, vms({ name: "vm" }));
  browser = await startBrowser();
  ada = await openAs(browser, controller.url, await addUser(controller, "user", "ada"));
  const answer = await ada.context.request.post("/v1/requests", {
    headers: { "x-berth-csrf": "1", "idempotency-key": crypto.randomUUID() },
    data: {
      ...{ service: "shop", template: "vm", completion: "x", email: "ada@example.org", pools: ["default"] },
      endsAt: new Date(Date.now() + 86_400_000).toISOString(),
    },
  });
  if (!answer.ok()) throw new Error(await answer.text());
  const { id } = (await answer.json()) as { id: string };
  await api.approveRequest({ params: { id }, body: {} });
  await untilActive(api, id, LIMIT_MS);
});

afterAll(async () => {
  await browser?.close();
  await house?.stop();
  await machine?.close();
});

/** What a terminal shows; its rows are kept for screen readers too. */
const rows = async (page: Page) => {
  const lines = await page.locator(".xterm-accessibility-tree > *").allTextContents();
  return lines.map((line) => line.replaceAll("\u00a0", " ").trim()).join("\n");
};
const state = (page: Page, is: string) => page.locator(`[data-state="${is}"]`).waitFor();

describe("berth console", { timeout: LIMIT_MS }, () => {
  it("shows the serial line in the terminal, and leaves it at Return, tilde and full stop", async () => {
    const [server] = (await controller.api.listServers()).items;
    const child = spawn(process.execPath, [CLI, "console", server?.name ?? ""], {
      env: { ...process.env, BERTH_URL: controller.url, BERTH_TOKEN: controller.token },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const heard = { text: "" };
    child.stdout.on("data", (said: Buffer) => {
      heard.text += said;
    });
    await expect.poll(() => heard.text, WAIT).toContain("login: ");
    child.stdin.write("eve\r");
    await expect.poll(() => heard.text, WAIT).toContain("A simulated system");
    child.stdin.write("hostname\r");
    await expect.poll(() => heard.text, WAIT).toContain(`\r\n${server?.hostname}\r\n`);
    const ended = once(child, "close");
    child.stdin.write("exit\r~.");
    expect((await ended)[0]).toBe(0);
  });
});

describe("the serial line of a server", { timeout: LIMIT_MS }, () => {
  it("opens for its owner, who logs in and is told when the server goes off", async () => {
    const { page, errors } = ada;
    const [server] = (await controller.api.listServers()).items;
    await page.goto(`/servers/${server?.name}/console`);
    await settled(page);
    await state(page, "open");
    await expect.poll(() => rows(page), WAIT).toContain("login:");
    await page.keyboard.type("ada\n");
    await expect.poll(() => rows(page), WAIT).toContain("A simulated system");
    await page.getByRole("button", { name: "Paste text" }).click();
    await page.getByLabel("Text to type").fill("hostname\n");
    await page.getByRole("button", { name: "Type it" }).click();
    await expect.poll(() => rows(page), WAIT).toContain(`\n${server?.hostname}\n`);
    expect(await violationsOf(page)).toEqual([]);

    await controller.api.stopServer({ params: { id: server?.id ?? "" }, body: {} });
    await page.getByRole("heading", { name: "The console has ended" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "There is no console" }).waitFor();
    await page.getByText(/it is (switched )?off/).waitFor();
    expect(errors).toEqual([]);
  });
});

// Without QEMU there is no screen: the reason is in the suite's name where it is skipped.
describe.skipIf(why !== null)(
  `the screen of a real machine${why === null ? "" : ` (skipped: ${why})`}`,
  { timeout: LIMIT_MS },
  () => {
    it("is drawn in the browser, in a window of its own too", async () => {
      machine = await qemuBlade("rack-1");
      const { api } = controller;
      await api.createSite({ body: { name: "here", dial: { kind: "direct" } } });
      await api.createMachine({
        body: { name: "rack-1", site: "here", provider: "redfish", settings: machine.settings },
      });
      await machine.blade.turnOn();
      const olga = await openAs(browser, controller.url, await addUser(controller, "operator", "olga"));
      const { page, errors } = olga;
      await page.goto("/machines/rack-1/console");
      await settled(page);
      await state(page, "open");
      // The boot sector's picture: blue cells with white letters, and black below.
      await expect.poll(() => coloursOf(page), WAIT).toBeGreaterThan(2);
      await page.getByText(/^\d+ × \d+$/).waitFor();
      expect(await violationsOf(page)).toEqual([]);
      const popup = page.waitForEvent("popup");
      await page.getByRole("button", { name: "Own window" }).click();
      const own = await popup;
      await state(own, "open");
      await expect.poll(() => coloursOf(own), WAIT).toBeGreaterThan(2);
      // Nothing of the shell lies over its toolbar.
      await own.getByRole("button", { name: "Reconnect" }).click();
      await state(own, "open");
      await page.getByRole("button", { name: "Serial line" }).click();
      await state(page, "open");
      await expect.poll(() => rows(page), WAIT).toContain("berth-test login:");
      await page.keyboard.type("olga");
      await expect.poll(() => rows(page), WAIT).toContain("login: olga");
      expect(errors).toEqual([]);
      await olga.close();
    });
  },
);

/** How many colours the picture has. */
async function coloursOf(page: Page): Promise<number> {
  // As text: these tests have no types of the browser's own objects.
  return await page.evaluate<number>(`(() => {
    const canvas = document.querySelector(".berth-console canvas");
    if (canvas === null || canvas.width === 0) return 0;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`);
}
