import { ProviderError } from "../../kernel/errors.ts";
import type { LibvirtSettings } from "./settings.ts";
import { childrenOf, parseXml, rootOf, textAt } from "./xml.ts";

/** What VMs of a host are made for. */
export interface Platform {
  /** `kvm`, `qemu` (emulated), or the only one of another driver, such as `test`. */
  readonly domainType: string;
  readonly arch: string;
  /** Null where the host names no machine types. */
  readonly machine: string | null;
}

const MACHINES = ["q35", "pc", "virt"];

/** Chooses from the host's capabilities document. */
export function choosePlatform(capabilities: string, technique: LibvirtSettings["technique"]): Platform {
  const root = rootOf(parseXml(capabilities, "capabilities"));
  const hostArch = textAt(root, "host", "cpu", "arch");
  const arches = childrenOf(root, "guest")
    .filter((guest) => textAt(guest, "os_type") === "hvm")
    .flatMap((guest) => childrenOf(guest, "arch"));
  const arch = arches.find((a) => a.getAttribute("name") === hostArch) ?? arches[0];
  if (arch === undefined) throw new ProviderError("rejected", "this host runs no virtual machines");

  const types = childrenOf(arch, "domain").flatMap((domain) => domain.getAttribute("type") ?? []);
  const wanted = technique === "auto" ? ["kvm", "qemu", ...types] : [technique];
  const domainType = wanted.find((type) => types.includes(type));
  if (domainType === undefined)
    throw new ProviderError("rejected", `this host has no ${technique}: it has ${types.join(", ")}`);

  const machines = new Set(childrenOf(arch, "machine").map((machine) => machine.textContent?.trim()));
  return {
    domainType,
    arch: arch.getAttribute("name") ?? "x86_64",
    machine: MACHINES.find((machine) => machines.has(machine)) ?? null,
  };
}

export function techniqueOf(platform: Platform): string {
  return platform.domainType === "qemu" ? "emulated" : platform.domainType;
}
