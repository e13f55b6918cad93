import type { HardwareFacts } from "../hardware.ts";
import { AgentError, agentHttp } from "./agent-http.ts";
import { type DiskToWrite, install } from "./agent-install.ts";
import type { LabClock } from "./clock.ts";
import type { BootScript } from "./ipxe-script.ts";
import type { Site } from "./site.ts";
import type { InstalledSystem } from "./system-disk.ts";

const DEFAULT_WAIT_S = 30;
const LONGEST_WAIT_S = 3_600;

export type AgentEnd = "reboot" | "off";

export interface AgentMachine {
  readonly facts: HardwareFacts;
  readonly peer: string;
  readonly bootId: string;
  install(system: InstalledSystem): void;
  wipe(): void;
  /** Says what the machine is doing, for whoever looks at the lab. */
  doing(what: string): void;
}

interface AgentDeps {
  readonly site: Site;
  readonly clock: LabClock;
  readonly signal: AbortSignal;
}

type ServiceOs = Extract<BootScript, { kind: "service-os" }>;

/** The service OS of a simulated blade: a client of the boot protocol (RFD 0001) over the same bytes, without QEMU. */
export async function runAgent(script: ServiceOs, machine: AgentMachine, deps: AgentDeps): Promise<AgentEnd> {
  const { clock, signal } = deps;
  const http = agentHttp(deps.site, { peer: machine.peer, token: script.token, signal });
  const disk: DiskToWrite = {
    sizeOf: (name) => machine.facts.disks.find((_, index) => diskName(index) === name)?.sizeBytes ?? null,
    wipe: () => machine.wipe(),
    install: (system) => machine.install(system),
  };

  const asked = { times: 0 };

  async function finish(result: readonly (readonly [string, string])[]): Promise<AgentEnd> {
    const answer = await http.post("done", [...result, ["boot_id", machine.bootId]]);
    return answer.get("action") === "reboot" ? "reboot" : "off";
  }

  async function obey(order: ReadonlyMap<string, string>): Promise<AgentEnd | null> {
    const action = order.get("action");
    machine.doing(`told to ${action ?? "do nothing"}`);
    switch (action) {
      case "install": {
        const { rawSha256 } = await install(order, http, disk);
        return await finish([["raw_sha256", rawSha256]]);
      }
      case "wipe":
        machine.wipe();
        return await finish([]);
      case "inspect":
        // The hello said all that there is to say of a simulated machine.
        return await finish([]);
      case "wait": {
        const seconds = Number(order.get("seconds") ?? DEFAULT_WAIT_S);
        await clock.idle(1_000 * (seconds <= LONGEST_WAIT_S ? seconds : DEFAULT_WAIT_S), signal, asked.times);
        return null;
      }
      case "reboot":
      case "off":
        return action;
      default:
        throw new AgentError("bad_answer", "the controller's answer is not understood");
    }
  }

  try {
    while (true) {
      machine.doing("asking what to do");
      asked.times += 1;
      const end = await obey(await http.post("hello", helloOf(machine)));
      if (end !== null) return end;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const { code, message } = error instanceof AgentError ? error : new AgentError("bug", String(error));
    machine.doing(`failed (${code})`);
    const report = { code, message, log: `${code}: ${message}` };
    await http.post("failed", Object.entries(report)).catch(() => null);
    // Never a loop: it stays off until somebody has looked.
    return "off";
  }
}

function helloOf({ facts, bootId }: AgentMachine): readonly (readonly [string, string])[] {
  return [
    ["uuid", facts.uuid],
    ["serial", facts.serial],
    ["asset", facts.assetTag],
    ["firmware", facts.firmware],
    ["cores", String(facts.cores)],
    ["memory_kib", String(facts.memoryMiB * 1024)],
    ["boot_id", bootId],
    ...facts.nics.map((nic, i) => ["nic", `eth${i},${nic.mac}`] as const),
    ...facts.disks.map((disk, i) => ["disk", `${diskName(i)},${disk.sizeBytes}`] as const),
  ];
}

function diskName(index: number): string {
  return `vd${String.fromCharCode(97 + index)}`;
}
