const MINUTE_MS = 60_000;
/** Over a day in all: a mail server that is down for a weekday costs nobody his mail. */
const PAUSES_MINUTES = [1, 2, 5, 15, 30, 60, 120, 240, 480, 960] as const;

/** The pause after so many failed attempts; null when it is given up. */
export function pauseAfter(attempts: number): number | null {
  const minutes = PAUSES_MINUTES[attempts - 1];
  return minutes === undefined ? null : minutes * MINUTE_MS;
}

const PERMANENT = /^5\d\d$/;

/** SMTP's 5yz means: never (RFC 5321, section 4.2.1). But a wrong password or name can be mended: those wait. */
export function isForGood(failure: { readonly responseCode?: number; readonly command?: string }): boolean {
  const isAboutUs = failure.command === "AUTH" || failure.command?.startsWith("AUTH ") === true;
  return !isAboutUs && PERMANENT.test(String(failure.responseCode ?? ""));
}
