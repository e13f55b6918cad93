/** Attempts to sign in that failed, or are being tried just now, within the last `WINDOW_MINUTES`. */
export interface RecentFailures {
  readonly ofNameFromAddress: number;
  readonly fromAddress: number;
  readonly ofName: number;
}

export const WINDOW_MINUTES = 15;

/** By name alone the limit is high, so that a stranger can't lock a user out from one address. */
const LIMITS: RecentFailures = { ofNameFromAddress: 10, fromAddress: 50, ofName: 200 };

/** The counts are of those before the attempt in question. The same for names that exist and names that do not. */
export function mayTryPassword(failures: RecentFailures): boolean {
  return (
    failures.ofNameFromAddress < LIMITS.ofNameFromAddress &&
    failures.fromAddress < LIMITS.fromAddress &&
    failures.ofName < LIMITS.ofName
  );
}
