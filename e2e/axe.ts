import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

export interface Violation {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  /** Where: selectors of the first few elements. */
  readonly where: readonly string[];
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact?: string | null;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly unknown[] }[];
  }[];
}

/** WCAG 2.2 AA, and what axe calls good practice. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SHOWN_NODES = 5;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds wrong with a page as it is now. */
export async function violationsOf(page: Page): Promise<Violation[]> {
  // The page's policy allows no scripts but its own; what the browser's debugger evaluates is no part of the page.
  await page.evaluate(await readFile(AXE, "utf8"));
  const run = `axe.run(document, ${JSON.stringify({ runOnly: { type: "tag", values: TAGS } })})`;
  const { violations } = (await page.evaluate(run)) as AxeResult;
  return violations.map(({ id, impact, help, nodes }) => ({
    rule: id,
    impact: impact ?? "minor",
    help,
    where: nodes.slice(0, SHOWN_NODES).map(({ target }) => target.join(" ")),
  }));
}
