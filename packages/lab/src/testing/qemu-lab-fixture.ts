import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { LabDescription } from "@berth/api/lab.ts";
import { labPaths } from "../plan.ts";
import { callJson } from "../unix-http.ts";
import { waitUntil } from "../wait.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const PROGRAMS = ["qemu-system-x86_64", "libvirtd", "dnsmasq", "ip", "setpriv", "mke2fs"];
const UP_DEADLINE_MS = 240_000;

/** Why a QEMU lab can't be made here, in words, or null. */
export function whyNoQemuLab(): string | null {
  if (process.getuid?.() !== 0) return "a QEMU lab needs root";
  const missing = PROGRAMS.filter(
    (name) => !["/usr/bin", "/usr/sbin", "/bin", "/sbin"].some((dir) => existsSync(join(dir, name))),
  );
  return missing.length === 0 ? null : `a QEMU lab needs ${missing.join(", ")}`;
}

export interface TestLab {
  readonly name: string;
  readonly stateDir: string;
  readonly paths: ReturnType<typeof labPaths>;
  /** Of labd. */
  readonly child: ChildProcess;
  readonly output: () => string;
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  describe(): Promise<LabDescription>;
}

export async function newPlace(): Promise<{ name: string; stateDir: string; cacheDir: string }> {
  // Sockets in there have paths shorter than 108 bytes.
  const stateDir = await mkdtemp(join(tmpdir(), "blab-"));
  return {
    name: `blab-${process.pid}-${stateDir
      .slice(-6)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, "x")}`,
    stateDir,
    cacheDir: join(stateDir, "cache"),
  };
}

const children = new Set<ChildProcess>();

/** Ends what a failed test has left running. */
export async function endLabs(): Promise<void> {
  for (const child of children) {
    child.kill("SIGTERM");
    await waitUntil("labd ends", () => child.exitCode !== null || child.signalCode !== null, {
      deadlineMs: UP_DEADLINE_MS,
    });
  }
}

/** Starts labd in the foreground, as a child; resolves when it says that it is up, rejects when it ends before. */
export async function startLabd(
  place: { name: string; stateDir: string; cacheDir: string },
  flags: readonly string[],
): Promise<TestLab> {
  const { name, stateDir, cacheDir } = place;
  const argv = [MAIN, "--mode", "qemu", "--name", name, "--state-dir", stateDir, "--cache-dir", cacheDir, ...flags];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  const said = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text: Buffer) => {
      said.text += text.toString();
    });
  await waitUntil(
    "the lab is up",
    () => {
      if (child.exitCode !== null) throw new Error(`labd ended with ${child.exitCode}: ${said.text}`);
      return said.text.includes('{"up":true}');
    },
    { deadlineMs: UP_DEADLINE_MS },
  );
  const paths = labPaths(stateDir, name);
  const call = (method: string, path: string, body?: unknown) =>
    callJson(paths.control, method, path, { body, timeoutMs: 120_000 });
  return {
    ...{ name, stateDir, paths, child, call },
    output: () => said.text,
    describe: async () => LabDescription.parse(await call("GET", "/lab")),
  };
}

/** What of a lab is still on this computer. */
export function remainsOf(lab: { name: string; stateDir: string; paths: TestLab["paths"] }): string[] {
  const namespaces = execFileSync("ip", ["netns", "list"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.startsWith(lab.name));
  const processes = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(lab.stateDir) && !line.includes("ps -eo"));
  const loops = execFileSync("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(lab.stateDir));
  const folders = [lab.paths.dir, lab.paths.runtime].filter((path) => existsSync(path));
  return [...namespaces, ...processes, ...loops, ...folders];
}

export async function removePlace(place: { stateDir: string }): Promise<void> {
  await rm(place.stateDir, { recursive: true, force: true });
}

/** One call to a blade's BMC as the controller makes it: through the edge's relay, the certificate compared with the pin. */
export async function callBmc(
  lab: TestLab,
  blade: LabDescription["enclosures"][number]["blades"][number],
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const tunnel = await relay(lab.paths.edgeSocket, `${new URL(blade.endpoint).hostname}:443`);
  const socket = connectTls({ socket: tunnel, rejectUnauthorized: false });
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", () => resolve());
    socket.once("error", reject);
  });
  const pin = new X509Certificate(socket.getPeerCertificate().raw).fingerprint256.replaceAll(":", "").toLowerCase();
  if (pin !== blade.certificateSha256) throw new Error("another certificate than the lab described");
  const text = body === undefined ? "" : JSON.stringify(body);
  return await new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        path,
        method,
        createConnection: () => socket,
        auth: `${blade.username}:${blade.password}`,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text), connection: "close" },
        timeout: 60_000,
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.once("end", () => {
          const said = Buffer.concat(parts).toString();
          resolve({ status: answer.statusCode ?? 0, body: said === "" ? {} : JSON.parse(said) });
        });
      },
    );
    outgoing.once("error", reject);
    outgoing.end(text);
  });
}

function relay(edgeSocket: string, target: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const asking = httpRequest({ socketPath: edgeSocket, method: "CONNECT", path: target, timeout: 30_000 });
    asking.once("connect", (answer, socket) => {
      if (answer.statusCode === 200) resolve(socket);
      else reject(new Error(`the edge answered ${answer.statusCode}`));
    });
    asking.once("error", reject);
    asking.end();
  });
}
