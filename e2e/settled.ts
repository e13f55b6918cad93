import type { Page } from "playwright-core";

const LIMIT_MS = 30_000;
/** Transitions of the portal take a fraction of it. */
const TRANSITION_LIMIT_MS = 3_000;
const LOADING = ".pf-v6-c-spinner, .pf-v6-c-skeleton";

/** Waits until a page has its heading and nothing on it is loading any more. The live stream never ends, so the network is no sign. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor({ timeout: LIMIT_MS });
  const loading = page.locator(LOADING);
  while ((await loading.count()) > 0) await loading.first().waitFor({ state: "detached", timeout: LIMIT_MS });
  // Colours on their way from one theme to the other are those of neither. One that is paused never arrives.
  await page.evaluate(`Promise.race([
    new Promise((resolve) => setTimeout(resolve, ${TRANSITION_LIMIT_MS}, true)),
    Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition)
      .map((one) => one.finished.catch(() => null))).then(() => true),
  ])`);
  // Fonts change the size of everything.
  await page.evaluate("document.fonts.ready.then(() => true)");
}
