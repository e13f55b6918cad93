import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import { addUser, openAs, openPage, startBrowser } from "./browser.ts";
import { type Visited, visitEveryPage } from "./every-page.ts";
import { fillPortalHouse, startPortalHouse } from "./portal-house.ts";

/** Pictures of every page of the portal in both themes. With `--json` the last line is one object. */
const { values } = parseArgs({
  options: {
    out: { type: "string" },
    json: { type: "boolean", default: false },
    url: { type: "string" },
    token: { type: "string" },
    only: { type: "string" },
  },
});
const { out, url, token, only } = values;
if (out === undefined || (url === undefined) !== (token === undefined)) {
  console.error("berth: --out DIR says where the pictures go; --url URL and --token TOKEN belong together");
  process.exit(2);
}

await mkdir(out, { recursive: true });
const own = url === undefined ? await startPortalHouse() : null;
try {
  if (own !== null) await fillPortalHouse(own.controller.api);
  const visited = await visit(own?.controller ?? { url: url ?? "", token: token ?? "" }, out);
  report(visited, out);
  if (visited.problems.length > 0) process.exitCode = 1;
} finally {
  await own?.stop();
}

async function visit(controller: { url: string; token: string }, outDir: string): Promise<Visited> {
  const who = await addUser(controller, "administrator", `pictures-${process.pid}`);
  const browser = await startBrowser();
  try {
    return await visitEveryPage({
      api: createClient(contract, controller),
      signedIn: await openAs(browser, controller.url, who),
      stranger: await openPage(browser, controller.url),
      only,
      onPage: async ({ path, theme, page }) => {
        await page.screenshot({ path: join(outDir, `${fileName(path)}-${theme}.png`) });
      },
    });
  } finally {
    await browser.close();
  }
}

function fileName(path: string): string {
  return path === "/" ? "home" : path.slice(1).replaceAll("/", "-").replaceAll("$", "");
}

function report({ pages, problems, missed }: Visited, outDir: string): void {
  if (values.json) {
    console.log(JSON.stringify({ pages, violations: problems.length, problems, missed }));
    return;
  }
  for (const problem of problems) console.log(problem);
  for (const path of missed) console.log(`${path}: there is none to show`);
  console.log(`pages ${pages}, violations ${problems.length}; the pictures are in ${outDir}`);
}
