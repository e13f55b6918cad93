import { randomBytes } from "node:crypto";
import { type Document, type Element, XMLSerializer } from "@xmldom/xmldom";
import type { VmInfo, VmSpec } from "../provider.ts";
import { fingerprint } from "./domain-rules.ts";
import type { Platform } from "./platform.ts";
import type { LibvirtSettings } from "./settings.ts";
import {
  append,
  at,
  childOf,
  childrenOf,
  documentOf,
  drop,
  need,
  parseXml,
  put,
  rootOf,
  type Tag,
  tag,
  textAt,
  writeXml,
} from "./xml.ts";

/**
 * A VM as libvirt's domain XML. What Berth decides is written over what is there, element by element; all else, such
 * as what an operator added by hand or a newer libvirt knows, stays as it is.
 */

const NAMESPACE = "urn:berth:libvirt:1";
const MARK = "berth:vm";

export type DiskCache = LibvirtSettings["diskCache"];

/** Of the host's settings, what a VM's description is made with. */
export interface DomainSettings {
  readonly diskCache: DiskCache;
  readonly screenAddress?: string | undefined;
}

export function newDomainXml(spec: VmSpec, platform: Platform, settings: DomainSettings): string {
  const document = documentOf(bareDomain(platform, settings.screenAddress ?? "127.0.0.1"));
  applySpec(document, spec, settings.diskCache);
  return writeXml(document);
}

export function changedDomainXml(xml: string, spec: VmSpec, cache: DiskCache): string {
  const document = parseXml(xml, "domain");
  applySpec(document, spec, cache);
  return writeXml(document);
}

/** Only says who wrote last. */
export function stampedDomainXml(xml: string, spec: VmSpec): string {
  const document = parseXml(xml, "domain");
  mark(rootOf(document), spec);
  return writeXml(document);
}

export interface DomainFacts extends Omit<VmInfo, "power"> {
  readonly fingerprint: string;
  /** Whether it keeps firmware variables in a file, which must go with it. */
  readonly hasNvram: boolean;
}

export function readDomainXml(xml: string): DomainFacts {
  const root = rootOf(parseXml(xml, "domain"));
  const own = at(root, "metadata", MARK);
  const devices = childOf(root, "devices");
  const os = childOf(root, "os");
  return {
    name: textAt(root, "name") ?? "",
    uuid: textAt(root, "uuid") ?? "",
    cores: Number(textAt(root, "vcpu") ?? "0"),
    memoryMiB: Math.floor(memoryKiB(childOf(root, "memory")) / 1024),
    macs: devices === null ? [] : childrenOf(devices, "interface").flatMap((nic) => macOf(nic) ?? []),
    metadata:
      own === null ? null : { serverId: own.getAttribute("server") ?? "", token: own.getAttribute("token") ?? "" },
    fingerprint: own?.getAttribute("spec") ?? "",
    hasNvram: os !== null && isUefi(os),
  };
}

/** The screen and the serial line of a running VM, as its description has them. */
export interface ScreenAndSerial {
  readonly screen: Screen | null;
  readonly hasSerial: boolean;
}

export interface Screen {
  readonly at:
    | { readonly kind: "tcp"; readonly host: string; readonly port: number }
    | { readonly kind: "unix"; readonly path: string };
  /** Whether it asks for a password. */
  readonly isGuarded: boolean;
  /** The description of the device with that password instead, good until then. */
  withPassword(password: string, until: Date): string;
}

/** `xml` with its secrets, which is where libvirt says that there is a password. */
export function readConsole(xml: string): ScreenAndSerial {
  const devices = childOf(rootOf(parseXml(xml, "domain")), "devices");
  if (devices === null) return { screen: null, hasSerial: false };
  const screens = childrenOf(devices, "graphics").filter((graphics) => graphics.getAttribute("type") === "vnc");
  return {
    screen: screens.map(screenOf).find((screen) => screen !== null) ?? null,
    hasSerial: [...childrenOf(devices, "serial"), ...childrenOf(devices, "console")].length > 0,
  };
}

function screenOf(graphics: Element): Screen | null {
  const at = placeOf(graphics);
  if (at === null) return null;
  return {
    at,
    isGuarded: graphics.hasAttribute("passwd"),
    withPassword(password, until) {
      graphics.setAttribute("passwd", password);
      // libvirt takes UTC without a zone.
      graphics.setAttribute("passwdValidTo", until.toISOString().slice(0, 19));
      graphics.setAttribute("connected", "keep");
      return new XMLSerializer().serializeToString(graphics);
    },
  };
}

function placeOf(graphics: Element): Screen["at"] | null {
  const path = graphics.getAttribute("socket") ?? childOf(graphics, "listen")?.getAttribute("socket");
  if (path) return { kind: "unix", path };
  const port = Number(graphics.getAttribute("port"));
  if (!(port > 0 && port < 65_536)) return null;
  return { kind: "tcp", host: graphics.getAttribute("listen") ?? "127.0.0.1", port };
}

function bareDomain({ domainType, arch, machine }: Platform, screenAddress: string): Tag {
  const hardware = domainType === "kvm" || domainType === "qemu";
  // KVM shows the host's own processor; emulation is quicker with all that it can do than with a named old model.
  const cpu = tag("cpu", { mode: domainType === "kvm" ? "host-passthrough" : "maximum" });
  // QEMU's default cache of translated code is too small for a whole operating system.
  const tcg = tag("tcg", {}, [tag("tb-cache", { unit: "MiB" }, ["256"])]);
  return tag("domain", { type: domainType }, [
    tag("os", {}, [
      tag("type", { arch, ...(machine === null ? {} : { machine }) }, ["hvm"]),
      tag("boot", { dev: "hd" }),
    ]),
    tag("features", {}, [tag("acpi"), tag("apic"), ...(domainType === "qemu" ? [tcg] : [])]),
    ...(hardware ? [cpu] : []),
    tag("clock", { offset: "utc" }),
    tag("on_poweroff", {}, ["destroy"]),
    tag("on_reboot", {}, ["restart"]),
    tag("on_crash", {}, ["destroy"]),
    tag("devices", {}, [
      tag("serial", { type: "pty" }, [tag("target", { port: 0 })]),
      tag("console", { type: "pty" }, [tag("target", { type: "serial", port: 0 })]),
      ...(hardware ? [screenTag(screenAddress), ...VIDEO_AND_VIRTIO] : []),
    ]),
  ]);
}

/** Its password has never been good for anything: one that is comes with each time that somebody looks. */
function screenTag(address: string): Tag {
  const passwd = randomBytes(6).toString("base64url");
  return tag("graphics", {
    ...{ type: "vnc", autoport: "yes", listen: address },
    ...{ passwd, passwdValidTo: "2000-01-01T00:00:00" },
  });
}

const VIDEO_AND_VIRTIO: readonly Tag[] = [
  tag("video", {}, [tag("model", { type: "vga" })]),
  tag("memballoon", { model: "virtio" }),
  tag("rng", { model: "virtio" }, [tag("backend", { model: "random" }, ["/dev/urandom"])]),
];

function applySpec(document: Document, spec: VmSpec, cache: DiskCache): void {
  const root = rootOf(document);
  put(root, tag("name", {}, [spec.name]));
  put(root, tag("uuid", {}, [spec.uuid]));
  mark(root, spec);
  const kib = String(spec.memoryMiB * 1024);
  put(root, tag("memory", { unit: "KiB" }, [kib]));
  put(root, tag("currentMemory", { unit: "KiB" }, [kib]));
  put(root, tag("vcpu", {}, [String(spec.cores)]));
  applyFirmware(need(root, "os"), spec.firmware);
  applySerial(root, spec);
  const devices = need(root, "devices");
  applyDisks(devices, spec, cache);
  applyNics(devices, spec);
}

function mark(root: Element, spec: VmSpec): void {
  const metadata = need(root, "metadata");
  const { serverId, token } = spec.metadata;
  put(metadata, tag(MARK, { "xmlns:berth": NAMESPACE, server: serverId, token, spec: fingerprint(spec) }));
}

function isUefi(os: Element): boolean {
  return os.getAttribute("firmware") === "efi" || childOf(os, "loader")?.getAttribute("type") === "pflash";
}

function applyFirmware(os: Element, firmware: VmSpec["firmware"]): void {
  if (isUefi(os) === (firmware === "uefi")) return;
  for (const name of ["firmware", "loader", "nvram"]) drop(os, name);
  os.removeAttribute("firmware");
  if (firmware === "bios") return;
  os.setAttribute("firmware", "efi");
  // Secure boot needs system management mode, which emulation does slowly, and images signed for it.
  append(
    os,
    tag("firmware", {}, [
      tag("feature", { enabled: "no", name: "secure-boot" }),
      tag("feature", { enabled: "no", name: "enrolled-keys" }),
    ]),
  );
}

function applySerial(root: Element, spec: VmSpec): void {
  if (spec.serial === null) return;
  put(root, tag("sysinfo", { type: "smbios" }, [tag("system", {}, [tag("entry", { name: "serial" }, [spec.serial])])]));
  put(need(root, "os"), tag("smbios", { mode: "sysinfo" }));
}

/** Ours are the virtio disks vda, vdb, …; a CD-ROM or a passed-through disk that someone added is not. */
function applyDisks(devices: Element, spec: VmSpec, cache: DiskCache): void {
  const targets = spec.disks.map((_, i) => `vd${String.fromCharCode("a".charCodeAt(0) + i)}`);
  const present = new Map<string, Element>();
  for (const disk of childrenOf(devices, "disk")) {
    const target = childOf(disk, "target")?.getAttribute("dev") ?? "";
    if (targets.includes(target)) present.set(target, disk);
    else if (/^vd[a-x]$/.test(target)) devices.removeChild(disk);
  }
  for (const [i, { volume, format, readOnly }] of spec.disks.entries()) {
    const target = targets[i] ?? "";
    const disk = present.get(target) ?? append(devices, tag("disk"));
    disk.setAttribute("type", "volume");
    disk.setAttribute("device", "disk");
    const driver = need(disk, "driver");
    driver.setAttribute("name", "qemu");
    driver.setAttribute("type", format);
    if (cache !== "default") driver.setAttribute("cache", cache);
    drop(disk, "backingStore");
    put(disk, tag("source", { pool: volume.pool, volume: volume.name }));
    put(disk, tag("target", { dev: target, bus: "virtio" }));
    drop(disk, "readonly");
    if (readOnly) append(disk, tag("readonly"));
  }
}

function applyNics(devices: Element, spec: VmSpec): void {
  const wanted = new Set(spec.nics.map((nic) => nic.mac));
  const present = new Map<string, Element>();
  for (const nic of childrenOf(devices, "interface")) {
    const mac = macOf(nic);
    if (mac !== null && wanted.has(mac)) present.set(mac, nic);
    else devices.removeChild(nic);
  }
  for (const { mac, bridge } of spec.nics) {
    const nic = present.get(mac) ?? append(devices, tag("interface"));
    nic.setAttribute("type", "bridge");
    put(nic, tag("mac", { address: mac }));
    put(nic, tag("source", { bridge }));
    put(nic, tag("model", { type: "virtio" }));
    // VMs boot from their disk; the boot ROM would only cost memory and time.
    put(nic, tag("rom", { enabled: "no" }));
  }
}

function macOf(nic: Element): string | null {
  return childOf(nic, "mac")?.getAttribute("address")?.toLowerCase() ?? null;
}

const UNIT_KIB: Readonly<Record<string, number>> = { KiB: 1, k: 1, MiB: 1024, M: 1024, GiB: 1024 ** 2, G: 1024 ** 2 };

function memoryKiB(memory: Element | null): number {
  const unit = memory?.getAttribute("unit") || "KiB";
  return Number(memory?.textContent?.trim() ?? "0") * (UNIT_KIB[unit] ?? 0);
}
