import type { Guest } from "./guest.ts";

/** What a command says, and how it ends. */
export interface ShellResult {
  readonly stdout: string;
  readonly exitCode: number;
}

/** Answers a command line as the guest's shell would, as far as the lab needs it. */
export function runCommand(guest: Guest, command: string, stdin: string): ShellResult {
  const plain = command.trim().replace(/^sudo (?:-n |-- )*/, "");
  const known = answerTo(guest, plain);
  if (known !== null) return { stdout: known, exitCode: 0 };
  // `sh -s` and what leads up to it (`env A=b sh -s --`): the script comes by standard input.
  const script = /\bsh\b(?:\s+-\S+)*/.test(plain) && stdin !== "" ? stdin : plain;
  rememberEnv(guest, `${plain}\n${script}`);
  const answers = script.split("\n").map((line) => answerTo(guest, line.trim())).filter((answer) => answer !== null);
  const size = Buffer.byteLength(script);
  return { stdout: answers.length > 0 ? answers.join("") : `simulated: ${size} bytes of script accepted\n`, exitCode: 0 };
}

function answerTo(guest: Guest, command: string): string | null {
  switch (command) {
    case "true":
    case ":":
      return "";
    case "hostname":
    case "hostname -s":
    case "uname -n":
    case "cat /etc/hostname":
      return `${guest.hostname}\n`;
    case "cat /proc/sys/kernel/random/boot_id":
      return `${guest.bootId}\n`;
    case "ip -brief addr":
    case "ip -br addr":
    case "ip -br a":
      return `${briefAddresses(guest)}\n`;
    default:
      return /^echo [A-Za-z0-9 ._:/=-]*$/.test(command) ? `${command.slice(5)}\n` : null;
  }
}

function briefAddresses(guest: Guest): string {
  const line = (name: string, state: string, ips: readonly string[]) => `${name.padEnd(16)} ${state.padEnd(14)} ${ips.join(" ")}`.trimEnd();
  return [line("lo", "UNKNOWN", ["127.0.0.1/8"]), ...guest.nics.map((nic) => line(nic.name, "UP", nic.ips.map((ip) => `${ip}/24`)))].join("\n");
}

/** Assignments such as `export BERTH_PEER='10.0.0.1'`, for the page that the guest serves. */
function rememberEnv(guest: Guest, text: string): void {
  for (const match of text.matchAll(/\b(BERTH_[A-Z0-9_]{1,60})=(?:'([^'\n]{0,500})'|"([^"\n]{0,500})"|([^\s'";]{0,500}))/g)) {
    if (guest.env.size < 100) guest.env.set(match[1] ?? "", match[2] ?? match[3] ?? match[4] ?? "");
  }
}
