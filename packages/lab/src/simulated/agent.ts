import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import type { HardwareFacts } from "../hardware.ts";
import type { LabClock } from "./clock.ts";
import { type BootScript, readAnswer } from "./ipxe-script.ts";
import { readSeed } from "./seed.ts";
import type { Site } from "./site.ts";
import type { InstalledSystem } from "./system-disk.ts";

const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_SEED_BYTES = 4 * 1024 * 1024;
/** A machine asks again this often in all before it gives up, as the real agent does by rebooting. */
const MAX_HELLOS = 10_000;
const PROGRESS_EVERY_PERCENT = 25;

export type AgentEnd = "reboot" | "off";

export interface AgentMachine {
  readonly facts: HardwareFacts;
  /** Of the card that booted. */
  readonly mac: string;
  readonly peer: string;
  readonly bootId: string;
  install(system: InstalledSystem): void;
  wipe(): void;
  /** Says what the machine is doing, for `GET /status`. */
  doing(what: string): void;
}

interface AgentDeps {
  readonly site: Site;
  readonly clock: LabClock;
  readonly signal: AbortSignal;
}

/** The service OS of a simulated blade: a client of the boot protocol (steps 2) over the same bytes, without QEMU. */
export async function runAgent(script: Extract<BootScript, { kind: "service-os" }>, machine: AgentMachine, deps: AgentDeps): Promise<AgentEnd> {
  const { site, clock, signal } = deps;
  const from = (url: string) => ({ peer: machine.peer, isTls: url.startsWith("https:"), signal });
  const headers = { authorization: `Bearer ${script.token}` };

  async function post(path: string, form: readonly (readonly [string, string])[]): Promise<ReadonlyMap<string, string>> {
    const body = new URLSearchParams(form.map(([k, v]) => [k, v])).toString();
    const answer = await site.bootRequest({ method: "POST", path: `/boot/agent/${path}`, headers, body, ...from(script.url) });
    const text = (await readBounded(answer, MAX_ANSWER_BYTES)).toString("utf8");
    if (answer.statusCode !== 200 && answer.statusCode !== 204) throw new AgentError(`http-${answer.statusCode}`, `${path} was answered ${answer.statusCode}`);
    return readAnswer(text);
  }

  async function get(path: string, base: string): Promise<IncomingMessage> {
    const answer = await site.bootRequest({ method: "GET", path, headers, ...from(base) });
    if (answer.statusCode === 200) return answer;
    answer.destroy();
    throw new AgentError(`http-${answer.statusCode}`, `the download was answered ${answer.statusCode}`);
  }

  async function install(order: ReadonlyMap<string, string>): Promise<AgentEnd> {
    const raw = await streamImage(order);
    const wanted = order.get("raw_sha256");
    if (raw.sha256 !== wanted) throw new AgentError("digest", "the image is not the one that was ordered");
    machine.doing("writing the seed");
    const seed = await readBounded(await get(order.get("seed_path") ?? "", script.tlsUrl), MAX_SEED_BYTES);
    const seedSha256 = createHash("sha256").update(seed).digest("hex");
    if (seedSha256 !== order.get("seed_sha256")) throw new AgentError("seed-digest", "the seed is not the one that was ordered");
    machine.install({ rawSha256: raw.sha256, rawBytes: raw.bytes, seed: readSeed(seed), seedSha256 });
    await post("progress", [["step", "seed"], ["percent", "100"]]);
    const end = await post("done", [["raw_sha256", raw.sha256], ["boot_id", machine.bootId]]);
    return end.get("action") === "off" ? "off" : "reboot";
  }

  async function streamImage(order: ReadonlyMap<string, string>): Promise<{ sha256: string; bytes: number }> {
    const total = Math.max(1, Number(order.get("stream_bytes") ?? 1));
    const hash = createHash("sha256");
    const state = { read: 0, bytes: 0, told: 0 };
    machine.doing("writing the image");
    // From here on what was on the disk is gone, whatever comes of it.
    machine.wipe();
    const answer = await get(order.get("image_path") ?? "", script.url);
    const counted = async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        state.read += chunk.length;
        const percent = Math.min(100, Math.floor((100 * state.read) / total));
        if (percent >= state.told + PROGRESS_EVERY_PERCENT) {
          state.told = percent;
          await post("progress", [["step", "image"], ["percent", String(percent)]]);
        }
        yield chunk;
      }
    };
    const sink = async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) {
        state.bytes += chunk.length;
        hash.update(chunk);
      }
    };
    if (order.get("image_encoding") === "zstd") await pipeline(answer, counted, createZstdDecompress(), sink, { signal });
    else await pipeline(answer, counted, sink, { signal });
    return { sha256: hash.digest("hex"), bytes: state.bytes };
  }

  for (let n = 0; n < MAX_HELLOS; n += 1) {
    machine.doing("asking what to do");
    const order = await post("hello", helloOf(machine));
    switch (order.get("action")) {
      case "install":
        try {
          return await install(order);
        } catch (error) {
          if (signal.aborted) throw error;
          const known = error instanceof AgentError ? error : new AgentError("stream", "the download broke off");
          await post("failed", [["code", known.code], ["message", known.message], ["log", ""]]).catch(() => null);
          machine.doing(`failed: ${known.message}`);
          await clock.sleep(10_000, signal);
          return "reboot";
        }
      case "wipe":
        machine.wipe();
        machine.doing("wiped");
        return (await post("done", [["raw_sha256", ""], ["boot_id", machine.bootId]])).get("action") === "off" ? "off" : "reboot";
      case "reboot":
        return "reboot";
      case "off":
        return "off";
      case "inspect":
        // The hello said all there is to say of a simulated machine.
        machine.doing("inspected");
        await clock.sleep(2_000, signal);
        break;
      default:
        machine.doing("waiting");
        await clock.sleep(1_000 * Math.min(600, Math.max(1, Number(order.get("seconds") ?? 10) || 10)), signal);
    }
  }
  return "off";
}

class AgentError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function helloOf(machine: AgentMachine): readonly (readonly [string, string])[] {
  const { facts } = machine;
  return [
    ["uuid", facts.uuid],
    ["serial", facts.serial],
    ["asset", facts.assetTag],
    ["firmware", facts.firmware],
    ["cores", String(facts.cores)],
    ["memory_kib", String(facts.memoryMiB * 1024)],
    ["boot_id", machine.bootId],
    ...facts.nics.map((nic, i) => ["nic", `eth${i},${nic.mac}`] as const),
    ...facts.disks.map((disk, i) => ["disk", `vd${String.fromCharCode(97 + i)},${disk.sizeBytes}`] as const),
  ];
}

export async function readBounded(stream: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limitBytes) throw new AgentError("too-large", "the answer is too large");
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
