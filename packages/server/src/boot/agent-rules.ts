import type { Disk } from "./boot-rules.ts";

/** What the service OS's agent says of its machine. Everything in it is a stranger's word: bounded and of a plain form. */
export interface Hello {
  readonly uuid: string | null;
  readonly serial: string | null;
  readonly assetTag: string | null;
  readonly firmware: "bios" | "uefi" | null;
  readonly cores: number | null;
  readonly memoryMiB: number | null;
  readonly bootId: string;
  readonly nics: readonly { readonly id: string; readonly mac: string }[];
  readonly disks: readonly Disk[];
}

const MAX_PARTS = 64;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NIC = /^([A-Za-z0-9._-]{1,32}),((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$/;
const DISK = /^([A-Za-z0-9._-]{1,32}),(\d{1,16})$/;

/** Null when it is no hello: without a boot's id nothing can be bound to it. */
export function readHello(form: URLSearchParams): Hello | null {
  const bootId = (form.get("boot_id") ?? "").toLowerCase();
  if (!UUID.test(bootId)) return null;
  const uuid = (form.get("uuid") ?? "").toLowerCase();
  const firmware = form.get("firmware");
  const memoryKib = numberOf(form.get("memory_kib"));
  return {
    uuid: UUID.test(uuid) ? uuid : null,
    serial: plainText(form.get("serial"), 100),
    assetTag: plainText(form.get("asset"), 100),
    firmware: firmware === "bios" || firmware === "uefi" ? firmware : null,
    cores: numberOf(form.get("cores")),
    memoryMiB: memoryKib === null ? null : Math.round(memoryKib / 1024),
    bootId,
    nics: parts(form.getAll("nic"), NIC).map(([id, mac]) => ({ id, mac })),
    disks: parts(form.getAll("disk"), DISK).map(([id, bytes]) => ({ id, sizeBytes: Number(bytes) })),
  };
}

/** Why an agent gave up, in words that can be shown. */
export function readFailure(form: URLSearchParams): { error: string; console: string } {
  const code = /^[a-z0-9_-]{1,40}$/.exec(form.get("code") ?? "")?.[0] ?? "unknown";
  const message = plainText(form.get("message"), 300);
  return { error: message === null ? code : `${code}: ${message}`, console: consoleText(form.get("log") ?? "") };
}

export function readPercent(form: URLSearchParams): number {
  return Math.min(100, Math.max(0, Math.floor(numberOf(form.get("percent")) ?? 0)));
}

/** `key=value` lines that the agent reads without evaluating them. @throws Error for a value that it would not let through. */
export function answerText(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([key, value]) => {
      if (!/^[A-Za-z0-9._:/+=-]{1,400}$/.test(String(value)))
        throw new Error(`the answer's ${key} is of no plain form`);
      return `${key}=${value}\n`;
    })
    .join("");
}

function parts(texts: readonly string[], form: RegExp): (readonly [string, string])[] {
  return texts.slice(0, MAX_PARTS).flatMap((text) => {
    const match = form.exec(text);
    return match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const];
  });
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function plainText(text: string | null, most: number): string | null {
  const plain = (text ?? "")
    .replace(/[^\x20-\x7e]/g, " ")
    .replace(/ +/g, " ")
    .trim()
    .slice(0, most);
  return plain === "" ? null : plain;
}

const consoleText = (text: string): string =>
  text
    .replace(/\r/g, "")
    .replace(/[^\n\x20-\x7e]/g, "?")
    .slice(-4000);
