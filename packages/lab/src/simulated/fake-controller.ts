import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

interface Deployment {
  readonly image: Buffer;
  readonly encoding: "none" | "zstd";
  /** The image as it is sent. */
  readonly stream: Buffer;
  readonly seed: Buffer;
}

export interface FakeController {
  /** What happened, in order: `hello`, `image 0-`, `seed tls`, `done`, ... */
  readonly log: string[];
  deploy(deployment: Deployment): void;
  /** Cuts the next answer that carries the image after so many bytes. */
  cutNext(bytes: number): void;
  close(): Promise<void>;
}

const TOKEN = "one-time-token-0001";

/** The controller's side of the boot protocol (RFD 0001) for one machine, as small as it can be. For tests. */
export async function startFakeController(socketPath: string): Promise<FakeController> {
  const log: string[] = [];
  const state = { deployment: null as Deployment | null, isDone: false, cutAt: null as number | null };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://boot");
    const text = (body: string) => response.writeHead(200, { "content-type": "text/plain" }).end(body);
    if (url.pathname === "/boot/ipxe") {
      log.push(`ipxe ${url.searchParams.get("mac")} from ${request.headers["x-berth-peer"]}`);
      if (state.deployment === null || state.isDone)
        return void text("#!ipxe\nsanboot --no-describe --drive 0x80 || exit\n");
      const edge = request.headers["x-berth-local"];
      return void text(
        `#!ipxe\nkernel http://${edge}/boot/os/vmlinuz quiet berth.url=http://${edge} berth.token=${TOKEN}\nboot\n`,
      );
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(403).end();
    const form = new URLSearchParams(await readText(request));
    const { deployment } = state;
    if (deployment === null) return void text("action=wait\nseconds=1\n");
    switch (url.pathname) {
      case "/boot/agent/hello":
        log.push(`hello ${form.getAll("disk").join(" ")}`);
        return void text(orderOf(deployment));
      case "/boot/agent/progress":
        return void text("");
      case "/boot/agent/image":
        return sendImage(deployment.stream, request, response);
      case "/boot/agent/seed":
        log.push(`seed ${request.headers["x-berth-tls"] === "1" ? "tls" : "plain"}`);
        return void response.writeHead(200).end(deployment.seed);
      case "/boot/agent/done":
        state.isDone = true;
        log.push("done");
        return void text("action=reboot\n");
      default:
        log.push(`${url.pathname.split("/").at(-1)} ${form.get("code")}`);
        text("");
    }
  }

  function sendImage(stream: Buffer, request: IncomingMessage, response: ServerResponse): void {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    log.push(`image ${from}-`);
    response.writeHead(206, { "content-length": stream.length - from });
    const { cutAt } = state;
    state.cutAt = null;
    if (cutAt === null) return void response.end(stream.subarray(from));
    response.write(stream.subarray(from, cutAt), () => response.destroy());
  }

  await new Promise<void>((resolve) => server.listen(socketPath, () => resolve()));
  return {
    log,
    deploy(deployment) {
      state.deployment = deployment;
      state.isDone = false;
    },
    cutNext(bytes) {
      state.cutAt = bytes;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function orderOf({ image, encoding, stream, seed }: Deployment): string {
  const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  const order = {
    action: "install",
    disk: "vda",
    image_path: "/boot/agent/image",
    image_encoding: encoding,
    stream_bytes: stream.length,
    raw_bytes: image.length,
    raw_sha256: sha256(image),
    seed_path: "/boot/agent/seed",
    seed_bytes: seed.length,
    seed_sha256: sha256(seed),
  };
  return Object.entries(order)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) parts.push(chunk);
  return Buffer.concat(parts).toString("utf8");
}
