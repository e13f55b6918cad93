import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { APPLETS, PROGRAMS } from "./build-service-os.ts";
import { toolEnv } from "./tool-env.ts";

// The agent as it runs on machines, by the same shell, with a file for a disk and a server that lies to it.
const AGENT = fileURLToPath(new URL("../agent/", import.meta.url));
const MIB = 1024 * 1024;
const DISK_BYTES = 32 * MIB;
/** Two whole chunks and a part, which ends in the middle of a MiB. */
const CHUNK_MIB = "3";
const IMAGE_BYTES = 8 * MIB + 1536;
const TOKEN = "the-token";
const seed = Buffer.alloc(MIB + 700, "seed");
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

let dir: string;
let image: Buffer;
let stream: Buffer;
let plain: Server;
let tls: Server;
let pin: string;
/** What the server does with the next requests for the image. */
let serve: { stream: Buffer; cutAt: number[]; ignoresRange: boolean };
let posts: string[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-agent-"));
  await makeServiceOsPath();
  image = await gptImage();
  stream = zstdCompressSync(image);
  const answer: RequestListener = (request, response) => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(403).end();
    if (request.method === "POST") {
      request.resume();
      posts.push(request.url ?? "");
      return void response.end("ok=1\n");
    }
    if (request.url === "/seed") return void response.end(seed);
    const start = serve.ignoresRange ? 0 : Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const body = serve.stream.subarray(start);
    const cut = serve.cutAt.shift();
    response.writeHead(serve.ignoresRange ? 200 : 206, { "content-length": body.length });
    if (cut === undefined) return void response.end(body);
    response.write(body.subarray(0, cut), () => response.destroy());
  };
  plain = createServer(answer).listen(0, "127.0.0.1");
  const [key, certificate] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const forTls = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=test"];
  await tool("openssl", "req", "-x509", ...forTls, "-keyout", key, "-out", certificate);
  tls = createTlsServer({ key: await readFile(key), cert: await readFile(certificate) }, answer).listen(0, "127.0.0.1");
  const publicKey = execFileSync("openssl", ["pkey", "-in", key, "-pubout", "-outform", "DER"]);
  pin = `sha256//${createHash("sha256").update(publicKey).digest("base64")}`;
});

afterAll(async () => {
  plain?.close();
  tls?.close();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(() => {
  serve = { stream, cutAt: [], ignoresRange: false };
  posts = [];
});

const tool = async (command: string, ...argv: string[]) => promisify(execFile)(command, argv, { env: toolEnv() });

/** All programs that the service OS has, and no others. */
async function makeServiceOsPath(): Promise<void> {
  const bin = join(dir, "bin");
  await mkdir(bin);
  const where = async (name: string) => (await tool("sh", "-c", 'command -v "$1"', "sh", name)).stdout.trim();
  const busybox = await where("busybox");
  for (const name of APPLETS.split(" ")) await symlink(busybox, join(bin, name));
  for (const program of PROGRAMS.map((path) => basename(path))) await symlink(await where(program), join(bin, program));
}

async function sparse(path: string, bytes: number): Promise<void> {
  await using file = await open(path, "w");
  await file.truncate(bytes);
}

/** A disk with a GPT, a partition, and bytes in it that do not compress away. */
async function gptImage(): Promise<Buffer> {
  const path = join(dir, "image.raw");
  await sparse(path, IMAGE_BYTES);
  const sfdisk = spawn("sfdisk", ["-q", path], { stdio: ["pipe", "ignore", "ignore"], env: toolEnv() });
  sfdisk.stdin.end("label: gpt\nstart=2048, size=8192, type=linux, name=root\n");
  await new Promise((resolve) => sfdisk.once("close", resolve));
  const bytes = await readFile(path);
  for (let at = MIB, n = 1; at < 5 * MIB; at += 4, n = Math.imul(n, 1103515245) + 12345) bytes.writeInt32LE(n | 0, at);
  return bytes;
}

/** Runs `install` of the agent on a file, and gives what it would report. */
async function install(programs: "service-os" | "workstation", change: Record<string, string | number> = {}) {
  const run = await mkdtemp(join(dir, "run-"));
  await mkdir(join(run, "dev"));
  const disk = join(run, "dev", "vda");
  await sparse(disk, DISK_BYTES);
  await writeFile(join(run, "authorization"), `Authorization: Bearer ${TOKEN}\n`);
  const task = {
    disk: "vda",
    image_path: "/image",
    image_encoding: "zstd",
    stream_bytes: stream.length,
    raw_bytes: image.length,
    raw_sha256: sha256(image),
    seed_path: "/seed",
    seed_bytes: seed.length,
    seed_sha256: sha256(seed),
    ...change,
  };
  await writeFile(
    join(run, "task"),
    Object.entries(task)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  const parts = ["lib", "http", "install"].map((name) => `. "${AGENT}${name}.sh"`).join("\n");
  const script = `${parts}\nif install "$BERTH_RUN/task"; then echo done; else echo "$failure"; fi\n`;
  const port = (server: Server) => (server.address() as AddressInfo).port;
  const isServiceOs = programs === "service-os";
  const env = {
    ...toolEnv(),
    ...(isServiceOs ? { PATH: join(dir, "bin") } : {}),
    CHUNK_MIB,
    BERTH_DEV: join(run, "dev"),
    BERTH_RUN: run,
    BERTH_CONSOLES: join(run, "console"),
    BERTH_URL: `http://127.0.0.1:${port(plain)}`,
    BERTH_TLS: `https://127.0.0.1:${port(tls)}`,
    BERTH_PIN: pin,
    no_proxy: "*",
  };
  const { stdout } = await promisify(execFile)(isServiceOs ? join(dir, "bin/sh") : "sh", ["-c", script], {
    env,
    timeout: 120_000,
  });
  return { said: stdout.trim(), disk: await readFile(disk), path: disk };
}

const isBlank = (bytes: Buffer) => bytes.every((byte) => byte === 0);

it("is clean by shellcheck", async () => {
  const recipe = fileURLToPath(new URL("../debian-12/", import.meta.url));
  const hooks = (await readdir(recipe)).map((name) => join(recipe, name));
  // `init` reads the agent's other parts, which are looked at along with it.
  const all = [join(AGENT, "init"), join(AGENT, "udhcpc.sh"), ...hooks];
  const argv = ["--check-sourced", "--external-sources", "--source-path", AGENT, "--shell", "sh", "--", ...all];
  const { stdout } = await promisify(execFile)("shellcheck", argv).catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
});

// With what the service OS has; and with other programs of the same names, which keeps the agent to POSIX.
describe.each(["service-os", "workstation"] as const)(
  "an installation by the agent, with the programs of a %s",
  (programs) => {
    it("writes the image and puts the seed into a partition of its own at the end of the disk", async () => {
      const { said, disk, path } = await install(programs);
      expect(said).toBe("done");
      // The first MiB holds the table, which grew.
      expect(disk.subarray(MIB, 7 * MIB).equals(image.subarray(MIB, 7 * MIB))).toBe(true);
      const table = JSON.parse((await tool("sfdisk", "-J", path)).stdout);
      const [root, own] = table.partitiontable.partitions;
      expect(root).toMatchObject({ start: 2048, size: 8192 });
      expect(disk.subarray(own.start * 512, own.start * 512 + seed.length).equals(seed)).toBe(true);
      expect(own.start + own.size).toBeLessThanOrEqual(DISK_BYTES / 512 - 34);
      expect(posts).toContain("/boot/agent/progress");
    });

    it("takes a stream up again where it was cut", async () => {
      serve.cutAt = [1000, 70_000, 1];
      const { said, disk } = await install(programs);
      expect(said).toBe("done");
      expect(disk.subarray(MIB, 7 * MIB).equals(image.subarray(MIB, 7 * MIB))).toBe(true);
    });

    it("leaves nothing that could start when the bytes are not those of the image", async () => {
      const other = Buffer.from(image);
      other[4 * MIB] = (other[4 * MIB] ?? 0) ^ 1;
      serve.stream = zstdCompressSync(other);
      const { said, disk } = await install(programs, { stream_bytes: serve.stream.length });
      expect(said).toBe("image_digest");
      expect(isBlank(disk.subarray(0, 2 * MIB))).toBe(true);
      expect(isBlank(disk.subarray(DISK_BYTES - MIB))).toBe(true);
    });

    it.each<[string, string, (given: typeof serve) => Record<string, string | number>]>([
      [
        "a stream that is no zstd",
        "image_digest",
        (given) => {
          given.stream.fill(1, 100);
          return {};
        },
      ],
      [
        "a server that ignores ranges",
        "image_stream",
        (given) => {
          given.cutAt = [1000];
          given.ignoresRange = true;
          return {};
        },
      ],
      ["an image larger than it was said to be", "image_digest", () => ({ raw_bytes: 4 * MIB })],
    ])("blanks the disk's beginning after %s", async (_case, failure, lie) => {
      serve.stream = Buffer.from(stream);
      const { said, disk } = await install(programs, lie(serve));
      expect(said).toBe(failure);
      expect(isBlank(disk.subarray(0, 2 * MIB))).toBe(true);
    });

    it.each<[string, string, Record<string, string | number>]>([
      ["a disk that is not there", "no_disk", { disk: "vdb" }],
      ["a disk's name that leaves its folder", "no_disk", { disk: "../task" }],
      ["a disk that is too small", "no_disk", { raw_bytes: DISK_BYTES }],
      ["a size that is no number", "bad_answer", { stream_bytes: "1+1" }],
    ])("writes nothing for %s", async (_case, failure, change) => {
      const { said, disk } = await install(programs, change);
      expect(said).toBe(failure);
      expect(isBlank(disk)).toBe(true);
    });

    it("refuses a seed with other bytes than announced", async () => {
      expect((await install(programs, { seed_sha256: "0".repeat(64) })).said).toBe("seed");
    });

    it("takes no seed from a server with another key", async () => {
      const right = pin;
      pin = `sha256//${Buffer.alloc(32).toString("base64")}`;
      const { said } = await install(programs);
      pin = right;
      expect(said).toBe("seed");
    });
  },
);
