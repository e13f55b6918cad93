import type { Page } from "playwright-core";
import { type Violation, violationsOf } from "./axe.ts";
import type { PortalPage } from "./browser.ts";
import type { Api } from "./house.ts";
import { portalPaths, realPath } from "./screenshot-pages.ts";
import { settled } from "./settled.ts";

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export interface SeenPage {
  /** As its area names it, with `$` before what differs from object to object. */
  readonly path: string;
  readonly theme: Theme;
  readonly page: Page;
  readonly violations: readonly Violation[];
}

export interface Visit {
  readonly api: Api;
  readonly signedIn: PortalPage;
  /** Where nobody has signed in. */
  readonly stranger: PortalPage;
  readonly onPage?: (seen: SeenPage) => Promise<void>;
  /** Only addresses that hold this. */
  readonly only?: string | undefined;
}

export interface Visited {
  /** Each theme counts. */
  readonly pages: number;
  readonly problems: readonly string[];
  /** Pages of objects of which there are none. */
  readonly missed: readonly string[];
}

/** Opens every page of the portal in both themes, and says what hinders people there and what went wrong. */
export async function visitEveryPage(visit: Visit): Promise<Visited> {
  const problems: string[] = [];
  const missed: string[] = [];
  let pages = 0;
  for (const path of await portalPaths()) {
    if (visit.only !== undefined && !path.includes(visit.only)) continue;
    const real = await realPath(visit.api, path);
    if (real === null) {
      missed.push(path);
      continue;
    }
    const { page, errors } = path === "/sign-in" ? visit.stranger : visit.signedIn;
    try {
      await page.goto(real);
      // Colours on their way from one theme to the other are those of neither.
      await page.addStyleTag({ content: "*, ::before, ::after { transition: none !important; }" });
      for (const theme of THEMES) {
        // The portal follows the system's theme unless somebody has chosen another.
        await page.emulateMedia({ colorScheme: theme });
        const isThere = theme === "dark" ? "html.pf-v6-theme-dark" : "html:not(.pf-v6-theme-dark)";
        await page.locator(isThere).waitFor({ state: "attached" });
        await settled(page);
        const violations = await violationsOf(page);
        pages += 1;
        await visit.onPage?.({ path, theme, page, violations });
        problems.push(
          ...violations.map((one) => `${path} (${theme}): ${one.rule}: ${one.help}: ${one.where.join("; ")}`),
        );
      }
    } catch (error) {
      problems.push(`${path}: ${(error as Error).message.split("\n", 1)[0]}`);
    }
    problems.push(...errors.splice(0).map((message) => `${path}: the page's console: ${message}`));
  }
  return { pages, problems, missed };
}
