import { createHash } from "node:crypto";
import { runAgent } from "./agent.ts";
import { readBounded } from "./agent-http.ts";
import type { LabClock } from "./clock.ts";
import { bootGuest, type GuestBook } from "./guest.ts";
import { readBootScript } from "./ipxe-script.ts";
import { serialPort } from "./serial-port.ts";
import { type SimHardware, type SimHardwareSpec, type SimSoftware, simHardware } from "./sim-hardware.ts";
import type { Site } from "./site.ts";
import type { InstalledSystem } from "./system-disk.ts";

const POST_MS = 3_000;
const SYSTEM_START_MS = 10_000;
const RETRY_MS = 5_000;
const MAX_SCRIPT_BYTES = 64 * 1024;
/** Firmware that finds no way to boot tries again; not for ever, so that a forgotten lab falls quiet. */
const MAX_TRIES = 10_000;

export interface Blade {
  readonly hardware: SimHardware;
  doing(): string;
  disk(): InstalledSystem | null;
}

export interface BladeDeps {
  readonly site: Site;
  readonly clock: LabClock;
  readonly guests: GuestBook;
  readonly seed: string;
}

type Device = Parameters<SimSoftware["started"]>[0];

/** A blade whose firmware, boot and system behave as on the wire, and are otherwise nothing. */
export function simBlade(spec: SimHardwareSpec, deps: BladeDeps): Blade {
  const state = { run: null as AbortController | null, doing: "off", disk: null as InstalledSystem | null };
  const serial = serialPort();
  const doing = (what: string) => {
    if (state.doing !== what) serial.say(what);
    state.doing = what;
  };

  const hardware = simHardware(spec, () => ({
    serial,
    started(device, boot) {
      const run = new AbortController();
      state.run = run;
      serial.start();
      doing("starting");
      live(device, boot, run.signal).catch((error: unknown) => {
        if (!run.signal.aborted) doing(`stopped: ${error instanceof Error ? error.message : "unknown"}`);
      });
    },
    stopped() {
      state.run?.abort();
      state.run = null;
      deps.guests.down(spec.id);
      doing("off");
      serial.stop();
    },
    shutDownAsked() {
      // Only a running system listens to the button; firmware and the service OS do not.
      if (state.doing === "up") hardware.guestOff();
    },
  }));

  async function live(device: Device, boot: number, signal: AbortSignal): Promise<void> {
    const { clock } = deps;
    const bootId = idOf(`${deps.seed}/${spec.id}/${boot}`);
    await clock.sleep(POST_MS, signal);
    for (let n = 0; n < MAX_TRIES; n += 1) {
      const fromNetwork = device === "network" || (device !== "virtual-media" && state.disk === null);
      const end = fromNetwork ? await bootFromNetwork(bootId, signal) : "disk";
      if (end === "reboot" || end === "off") {
        // The caller's own stack goes on in `started` of the next boot.
        queueMicrotask(() =>
          signal.aborted ? undefined : end === "off" ? hardware.guestOff() : hardware.guestReset(),
        );
        return;
      }
      if (end === "disk" && state.disk !== null) return await bootFromDisk(state.disk, bootId, signal);
      doing("no bootable device");
      await clock.idle(RETRY_MS, signal, n + 1);
    }
  }

  async function bootFromNetwork(bootId: string, signal: AbortSignal): Promise<"disk" | "nothing" | "reboot" | "off"> {
    const facts = hardware.facts();
    const mac = facts.nics[0]?.mac ?? "";
    const peer = deps.site.addressFor(mac);
    if (peer === null || deps.site.upstream() === null) return "nothing";
    doing("booting from the network");
    const platform = facts.firmware === "uefi" ? "efi" : "pcbios";
    const query = new URLSearchParams({ mac, uuid: facts.uuid, serial: facts.serial, platform });
    try {
      const answer = await deps.site.bootRequest({
        method: "GET",
        path: `/boot/ipxe?${query}`,
        peer,
        isTls: false,
        signal,
      });
      const text = (await readBounded(answer, MAX_SCRIPT_BYTES)).toString("utf8");
      const script = answer.statusCode === 200 ? readBootScript(text) : { kind: "unknown" as const };
      if (script.kind === "disk") return "disk";
      if (script.kind === "unknown") return "nothing";
      const install = (system: InstalledSystem) => {
        state.disk = system;
      };
      const wipe = () => {
        state.disk = null;
      };
      return await runAgent(script, { facts, peer, bootId, install, wipe, doing }, { ...deps, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      // A real agent that cannot reach its controller restarts and asks again.
      doing("the controller does not answer");
      return "nothing";
    }
  }

  async function bootFromDisk(disk: InstalledSystem, bootId: string, signal: AbortSignal): Promise<void> {
    doing("starting the system");
    await deps.clock.sleep(SYSTEM_START_MS, signal);
    const macs = hardware.facts().nics.map((nic) => nic.mac);
    const guest = bootGuest({
      id: spec.id,
      seed: disk.seed,
      memory: disk.memory,
      macs,
      bootId,
      dhcp: (mac) => deps.site.addressFor(mac),
    });
    deps.guests.up(guest);
    doing("up");
    serial.up(guest);
  }

  return { hardware, doing: () => state.doing, disk: () => state.disk };
}

/** A UUID that depends on nothing but the text, so that a lab can be run again. */
export function idOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
