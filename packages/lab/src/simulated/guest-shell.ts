import type { Guest } from "./guest.ts";
import { runScript } from "./guest-script.ts";

/** What a command says, and how it ends. */
export interface ShellResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Whether the command waits for its standard input to end. */
export function readsInput(command: string): boolean {
  return /\bsh -s\b|\bcat$|\bcat >|\btee\b/.test(command);
}

/** Answers a command line as the guest's shell would, as far as the lab needs it. */
export function runCommand(guest: Guest, command: string, stdin: string): ShellResult {
  const plain = command.trim().replace(/^sudo (?:-n )?(?:-- )?/, "");
  if (/\bsh -s\b/.test(plain)) return runScript(guest, stdin);
  if (plain.includes("cloud-init status"))
    return said(
      "\nstatus: done\nextended_status: done\nboot_status_code: enabled-by-generator\ndetail: simulated\nerrors: []\n",
    );
  const known = answerTo(guest, plain);
  return known ?? runScript(guest, command);
}

function said(stdout: string): ShellResult {
  return { stdout, stderr: "", exitCode: 0 };
}

function answerTo(guest: Guest, command: string): ShellResult | null {
  switch (command) {
    case "hostname":
    case "hostname -s":
    case "uname -n":
    case "cat /etc/hostname":
      return said(`${guest.hostname}\n`);
    case "cat /proc/sys/kernel/random/boot_id":
      return said(`${guest.bootId}\n`);
    case "ip -brief addr":
    case "ip -br addr":
    case "ip -br a":
      return said(`${briefAddresses(guest)}\n`);
    case "env":
      return said([...guest.memory.env].map(([name, value]) => `${name}=${value}\n`).join(""));
    default:
      return null;
  }
}

function briefAddresses(guest: Guest): string {
  const line = (name: string, state: string, ips: readonly string[]) =>
    `${name.padEnd(16)} ${state.padEnd(14)} ${ips.join(" ")}`.trimEnd();
  const nics = guest.nics.map((nic) =>
    line(
      nic.name,
      "UP",
      nic.ips.map((ip) => `${ip}/24`),
    ),
  );
  return [line("lo", "UNKNOWN", ["127.0.0.1/8"]), ...nics].join("\n");
}
