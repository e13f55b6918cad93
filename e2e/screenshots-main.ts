import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import type { Browser } from "playwright-core";
import { violationsOf } from "./axe.ts";
import { addUser, openAs, openPage, startBrowser, type Who } from "./browser.ts";
import type { Api } from "./house.ts";
import { fillPortalHouse, startPortalHouse } from "./portal-house.ts";
import { portalPaths, realPath } from "./screenshot-pages.ts";
import { settled } from "./settled.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    json: { type: "boolean", default: false },
    url: { type: "string" },
    token: { type: "string" },
    only: { type: "string" },
  },
});
if (values.out === undefined) {
  console.error("berth: --out DIR is required: where the pictures go");
  process.exit(2);
}
const outDir = values.out;
const THEMES = ["light", "dark"] as const;

interface Looked {
  readonly pages: number;
  readonly violations: { page: string; theme: string; rule: string; help: string; where: readonly string[] }[];
  readonly errors: { page: string; theme: string; message: string }[];
  /** Pages of objects of which this house has none. */
  readonly missed: string[];
}

await mkdir(outDir, { recursive: true });
const own = values.url === undefined ? await startPortalHouse() : null;
try {
  if (own !== null) await fillPortalHouse(own.controller.api);
  const controller = own?.controller ?? { url: values.url ?? "", token: values.token ?? "" };
  const api = createClient(contract, controller);
  const who = await addUser(controller, "administrator", `pictures-${process.pid}`);
  const browser = await startBrowser();
  try {
    const looked = await lookAtAll(browser, { url: controller.url, api, who });
    report(looked);
    if (looked.violations.length + looked.errors.length > 0) process.exitCode = 1;
  } finally {
    await browser.close();
  }
} finally {
  await own?.stop();
}

async function lookAtAll(browser: Browser, from: { url: string; api: Api; who: Who }): Promise<Looked> {
  const looked: Looked = { pages: 0, violations: [], errors: [], missed: [] };
  const paths = (await portalPaths()).filter((path) => values.only === undefined || path.includes(values.only));
  let pages = 0;
  for (const theme of THEMES) {
    const signedIn = await openAs(browser, from.url, from.who, theme);
    const stranger = await openPage(browser, from.url, theme);
    for (const path of paths) {
      const real = await realPath(from.api, path);
      if (real === null) {
        if (theme === "light") looked.missed.push(path);
        continue;
      }
      const { page, errors } = path === "/sign-in" ? stranger : signedIn;
      await page.goto(real);
      await settled(page);
      await page.screenshot({ path: join(outDir, `${fileName(path)}-${theme}.png`) });
      pages += 1;
      for (const { rule, help, where } of await violationsOf(page))
        looked.violations.push({ page: path, theme, rule, help, where });
      for (const message of errors.splice(0)) looked.errors.push({ page: path, theme, message });
    }
    await signedIn.close();
    await stranger.close();
  }
  return { ...looked, pages };
}

function fileName(path: string): string {
  return path === "/" ? "home" : path.slice(1).replaceAll("/", "-").replaceAll("$", "");
}

function report({ pages, violations, errors, missed }: Looked): void {
  if (values.json) {
    console.log(
      JSON.stringify({ pages, violations: violations.length, errors: errors.length, missed, found: violations }),
    );
    return;
  }
  for (const { page, theme, rule, help, where } of violations)
    console.log(`${page} (${theme}): ${rule}: ${help}\n    ${where.join("\n    ")}`);
  for (const { page, theme, message } of errors) console.log(`${page} (${theme}): ${message}`);
  for (const page of missed) console.log(`${page}: there is none to show`);
  console.log(`pages ${pages}, violations ${violations.length}, errors ${errors.length}; pictures in ${outDir}`);
}
