import type { BootChoice } from "./boot-rules.ts";

/** What the edge told us of a request, checked. */
export interface Origin {
  readonly site: string;
  readonly peer: string;
  readonly isTls: boolean;
  /** The edge's address as the machine sees it. */
  readonly edge: string;
}

interface Ports {
  readonly http: number;
  readonly https: number;
}

/** What a machine says of itself in the URL of its boot script. */
export interface Asker {
  readonly mac: string;
  readonly uuid: string | null;
  readonly serial: string | null;
  readonly platform: "pcbios" | "efi";
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** Null when it does not say which machine it is: then the script that makes it say so is due. */
export function readAsker(query: URLSearchParams): Asker | null {
  const mac = (query.get("mac") ?? "").toLowerCase();
  // A group address is nobody's card (IEEE 802: the lowest bit of the first byte).
  if (!MAC.test(mac) || (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1 || mac === "00:00:00:00:00:00") return null;
  const uuid = (query.get("uuid") ?? "").toLowerCase();
  const serial = (query.get("serial") ?? "").trim();
  return {
    mac,
    uuid: UUID.test(uuid) ? uuid : null,
    serial: /^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/.test(serial) ? serial : null,
    platform: query.get("platform") === "efi" ? "efi" : "pcbios",
  };
}

const RETRY_S = 15;

/** The first script: DHCP has room for a short URL only, so the machine is sent back with what it knows of itself. */
export function introduceScript(origin: Origin, ports: Ports): string {
  const query = "mac=${netX/mac}&uuid=${uuid}&serial=${serial:uristring}&platform=${platform}";
  return script([
    `chain --replace http://${origin.edge}:${ports.http}/boot/ipxe?${query} || sleep ${RETRY_S}`,
    "reboot",
  ]);
}

/**
 * The script that does what was decided. Everything in it is ours or was checked to be of a plain form: no value can end
 * a line or begin another word.
 */
export function bootScript(
  choice: BootChoice,
  asker: Asker,
  boot: { readonly origin: Origin; readonly ports: Ports; readonly pin: string; readonly token: string | null },
): string {
  const { origin, ports } = boot;
  const url = `http://${origin.edge}:${ports.http}`;
  switch (choice.kind) {
    case "disk":
      // A loader that ends well ends the firmware's search (UEFI 2.10, 3.1.1: the boot menu); one that fails, and it goes on.
      return script(asker.platform === "efi" ? ["exit 1"] : ["sanboot --no-describe --drive 0x80 || exit"]);
    case "wait":
      return script([
        `echo Berth: nothing to boot yet, asking again in ${RETRY_S} seconds`,
        `sleep ${RETRY_S}`,
        "reboot",
      ]);
    case "service-os": {
      if (boot.token === null) throw new Error("the service OS is not booted without a token");
      const words = [
        "initrd=initrd",
        "console=tty0",
        "console=ttyS0,115200n8",
        "quiet",
        "panic=1",
        // On a busy host the timer's check fails where the timer is well (virtual machines).
        "no_timer_check",
        `berth.url=${url}`,
        `berth.tls=https://${origin.edge}:${ports.https}`,
        `berth.pin=${boot.pin}`,
        `berth.token=${boot.token}`,
        "berth.mac=${netX/mac}",
        "berth.ip=${netX/ip}",
        "berth.netmask=${netX/netmask}",
        "berth.gateway=${netX/gateway}",
      ];
      return script([
        "imgfree",
        `kernel ${url}/boot/os/vmlinuz ${words.join(" ")} || goto later`,
        `initrd --name initrd ${url}/boot/os/initrd || goto later`,
        "boot || goto later",
        ":later",
        `echo Berth: the service OS can't be loaded yet, asking again in ${RETRY_S} seconds`,
        `sleep ${RETRY_S}`,
        "reboot",
      ]);
    }
  }
}

const script = (lines: readonly string[]): string => `#!ipxe\n${lines.join("\n")}\n`;
