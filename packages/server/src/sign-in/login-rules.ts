/** Attempts to sign in that failed, or are being tried just now, within the last `WINDOW_MINUTES`. */
export interface RecentFailures {
  readonly ofNameFromAddress: number;
  readonly fromAddress: number;
  readonly ofName: number;
}

export const WINDOW_MINUTES = 15;

/** How long an address counts as one where somebody signs in from. */
export const KNOWN_ADDRESS_DAYS = 30;

/** NIST SP 800-63B-4, 3.2.2: no more than 100 wrong passwords in a row for one account. */
const LIMITS: RecentFailures = { ofNameFromAddress: 10, fromAddress: 50, ofName: 100 };

/**
 * The counts are of those before the attempt in question. The same for names that exist and names that do not. What
 * others try from elsewhere (`ofName`) keeps nobody out at an address where he has signed in lately: or a stranger with
 * ten addresses could lock out whom he likes for as long as he likes.
 */
export function mayTryPassword(failures: RecentFailures, { isKnownAddress }: { isKnownAddress: boolean }): boolean {
  return (
    failures.ofNameFromAddress < LIMITS.ofNameFromAddress &&
    failures.fromAddress < LIMITS.fromAddress &&
    (isKnownAddress || failures.ofName < LIMITS.ofName)
  );
}
