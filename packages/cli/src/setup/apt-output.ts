import type { Failure } from "../launch/failure.ts";

/** The package that a line of apt-get's output says is being set up, or null. */
export function packageSetUp(line: string): string | null {
  return /^Setting up ([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9]+)? \(/.exec(line)?.[1] ?? null;
}

interface Explanation {
  readonly message: string;
  readonly hints: NonNullable<ConstructorParameters<typeof Failure>[1]>["hints"];
}

/** Read as: when apt-get or sudo says this, the user is told that. The first match counts. */
const EXPLANATIONS: readonly { readonly says: RegExp; readonly tell: Explanation }[] = [
  {
    says: /Could not get lock|is another process using it/,
    tell: {
      message: "another program is installing packages just now",
      hints: ["Wait until it is done (unattended upgrades take some minutes), then run this again."],
    },
  },
  {
    says: /No space left on device|You don't have enough free space/,
    tell: { message: "the disk is full", hints: ["Free about 2 GB and run this again."] },
  },
  {
    says: /Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|Network is unreachable/,
    tell: {
      message: "apt can't reach its mirror",
      hints: ["Check the network; behind a proxy set Acquire::http::Proxy in /etc/apt/apt.conf.d."],
    },
  },
  {
    says: /Unable to locate package|has no installation candidate/,
    tell: {
      message: "this system's package lists do not have all of these packages",
      hints: ["Berth's lab is made for Debian 12 and later; Ubuntu needs the `universe` component."],
    },
  },
  {
    says: /a password is required|a terminal is required|is not in the sudoers file|may not run sudo/,
    tell: {
      message: "sudo was refused",
      hints: ["Run it as a user who may use sudo, or install the packages yourself with the command above."],
    },
  },
  {
    says: /dpkg was interrupted/,
    tell: { message: "an earlier installation was interrupted", hints: ["Run: sudo dpkg --configure -a"] },
  },
];

export function explainApt(output: string): Explanation | null {
  return EXPLANATIONS.find(({ says }) => says.test(output))?.tell ?? null;
}
