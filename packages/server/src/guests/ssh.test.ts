import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directDial } from "../kernel/dial-edge.ts";
import { expectFailure } from "../providers/contract/expect-failure.ts";
import { newGuestKeys } from "./keys.ts";
import type { ScriptSpec } from "./script-rules.ts";
import { runScript, waitForSsh } from "./ssh.ts";
import { startTestSshd, type TestSshd } from "./test-sshd.ts";

/** Against OpenSSH's own server, and servers of ssh2 for what a good one does not do. */

const deps = { dial: directDial };
const call = (timeoutMs = 60_000) => ({ signal: AbortSignal.timeout(timeoutMs) });
const noSshd = !existsSync("/usr/sbin/sshd");

it.runIf(noSshd)("OpenSSH was not tried: openssh-server is not installed", () => expect(noSshd).toBe(true));

describe.skipIf(noSshd)("CAP guests: SSH to OpenSSH", () => {
  let sshd: TestSshd;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "berth-guests-"));
    sshd = await startTestSshd();
  });
  afterAll(async () => {
    await sshd?.close();
    await rm(dir, { recursive: true, force: true });
  });
  const run = (spec: Partial<ScriptSpec>) =>
    runScript(deps, sshd.login, { script: "true", env: {}, timeoutMs: 30_000, ...spec }, call());

  it("runs a script and gives its output and exit code", async () => {
    const result = await run({ script: "echo out; echo err >&2; exit 7" });
    expect(result).toEqual({ exitCode: 7, stdout: "out\n", stderr: "err\n" });
  });

  it.each([
    "plain",
    'it\'s "quoted" $HOME `id` $(id) \\ and ; more & | > /tmp/x',
    "two\nlines\n",
    "'; exit 3; '",
    "ünïcode ☃ \t tab",
    "BERTH_END_00000000000000000000000000000000",
    "",
  ])("hands over the variable %j as it is", async (value) => {
    const result = await run({ script: 'printf "%s" "$BERTH_VALUE"', env: { BERTH_VALUE: value } });
    expect(result).toEqual({ exitCode: 0, stdout: value, stderr: "" });
  });

  it.each([["A B"], ["1A"], ["A;id"], ["A=B"], [""]])("refuses a variable named %j", (name) =>
    expectFailure(run({ env: { [name]: "x" } }), "rejected"),
  );

  it.each(["python3", "/bin/sh -c", "/bin/../bin/sh", "/bin/sh;id", ""])(
    "refuses the interpreter %j",
    async (interpreter) => {
      // Two dots make a name of our alphabet too, but one that leads nowhere else than its own file.
      if (interpreter === "/bin/../bin/sh") return expect((await run({ interpreter })).exitCode).toBe(0);
      await expectFailure(run({ interpreter }), "rejected");
    },
  );

  it("does not let the script's commands eat the script", async () => {
    expect((await run({ script: "cat > /dev/null\necho still here" })).stdout).toBe("still here\n");
  });

  it("runs another interpreter", async () => {
    const script = "import os\nprint('py', os.environ['X'])";
    expect((await run({ script, env: { X: "1" }, interpreter: "/usr/bin/python3" })).stdout).toBe("py 1\n");
  });

  it("runs as root by sudo, with its variables", async () => {
    const result = await run({ script: 'echo "$(id -u) $X"', env: { X: "a'b" }, asRoot: true });
    expect(result).toEqual({ exitCode: 0, stdout: "0 a'b\n", stderr: "" });
  });

  it("leaves no file behind", async () => {
    const result = await run({ script: 'echo "$0"' });
    expect(existsSync(result.stdout.trim())).toBe(false);
  });

  it("keeps the end of ten megabytes of output", async () => {
    const result = await run({
      script: "head -c 10000000 /dev/zero | tr '\\0' x; echo the end; head -c 10000000 /dev/zero >&2",
    });
    expect(result.exitCode).toBe(0);
    expect(result.stdout.endsWith("xxx")).toBe(false);
    expect(result.stdout.endsWith("xthe end\n")).toBe(true);
    expect(result.stdout.length).toBeLessThan(1.1 * 1024 * 1024);
    expect(result.stderr.length).toBeLessThan(1.1 * 1024 * 1024);
  });

  it("does not wait for what the script left running", async () => {
    const result = await run({ script: "sleep 300 & echo $!" });
    expect(result.exitCode).toBe(0);
    process.kill(Number(result.stdout));
  });

  it("says that a script ran out of time, and ends it there", async () => {
    const file = join(dir, "pid");
    await expectFailure(run({ script: `echo $$ > ${file}\nsleep 600`, timeoutMs: 1_000 }), "rejected", {
      ambiguous: true,
    });
    const pid = Number(await readFile(file, "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("says maybe when the caller gives up", () =>
    expectFailure(
      runScript(deps, sshd.login, { script: "sleep 20", env: {}, timeoutMs: 60_000 }, call(3_000)),
      "unreachable",
      { ambiguous: true },
    ));

  it("waits for the system, and checks its name", async () => {
    await waitForSsh(deps, { ...sshd.login, hostname: hostname() }, call());
    await expectFailure(waitForSsh(deps, { ...sshd.login, hostname: "somebody-else" }, call()), "rejected");
  });

  it("says nothing to a server with another host key", async () => {
    const guest = { ...sshd.login, hostKeyPublic: newGuestKeys().public, hostname: hostname() };
    await expectFailure(waitForSsh(deps, guest, call()), "denied");
    await expectFailure(runScript(deps, guest, { script: "true", env: {}, timeoutMs: 1_000 }, call()), "denied");
  });

  it("keeps asking while our key is not accepted, and says so in the end", async () => {
    const guest = { ...sshd.login, privateKey: newGuestKeys().private, hostname: hostname() };
    await expect(waitForSsh(deps, guest, call(4_000))).rejects.toThrow(/does not accept our key/);
    await expectFailure(runScript(deps, guest, { script: "true", env: {}, timeoutMs: 1_000 }, call()), "denied");
  });
});

describe("SSH to servers that do not behave", () => {
  const open: Server[] = [];
  const sockets = new Set<Socket>();
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of open) server.close();
  });
  async function listen(serve: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      serve(socket);
    }).listen(0, "127.0.0.1");
    open.push(server);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }
  const keys = { host: newGuestKeys(), user: newGuestKeys() };
  const login = (port: number) => ({
    ip: "127.0.0.1",
    port,
    user: "berth",
    privateKey: keys.user.private,
    hostKeyPublic: keys.host.public,
    hostname: "guest-1",
  });
  const sshServer = (exec: (command: string, channel: ssh2.ServerChannel, client: ssh2.Connection) => void) =>
    listen((socket) => {
      const server = new ssh2.Server({ hostKeys: [keys.host.private] }, (client) => {
        client.on("error", () => {});
        client.on("authentication", (context) => context.accept());
        client.on("session", (accept) => accept().on("exec", (take, _no, info) => exec(info.command, take(), client)));
      });
      server.injectSocket(socket);
    });

  it.each([
    ["says nothing", () => {}],
    ["hangs up", (socket: Socket) => socket.destroy()],
    ["talks HTTP", (socket: Socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["sends garbage without end", (socket: Socket) => void socket.write(Buffer.alloc(100_000, 7))],
  ])("gives up in time on one that %s", async (_what, serve) => {
    const port = await listen(serve);
    await expectFailure(waitForSsh(deps, login(port), call(1_500)), "unreachable");
  });

  it("gives up in time where nothing listens", async () => {
    const port = await listen(() => {});
    open.at(-1)?.close();
    await expectFailure(waitForSsh(deps, login(port), call(1_500)), "unreachable");
  });

  it("says maybe when the connection is lost under a command", async () => {
    const port = await sshServer((_command, _channel, client) => client.end());
    await expectFailure(
      runScript(deps, login(port), { script: "true", env: {}, timeoutMs: 10_000 }, call()),
      "unreachable",
      {
        ambiguous: true,
      },
    );
  });

  const speaking = (says: (command: string) => { text: string; code: number }) =>
    sshServer((command, channel) => {
      const { text, code } = says(command);
      channel.write(text);
      channel.exit(code);
      channel.end();
    });

  it("waits through a boot: refused at first, then cloud-init, then the name", async () => {
    let tries = 0;
    const port = await sshServer((command, channel, client) => {
      tries += 1;
      if (tries === 1) return void client.end();
      channel.write(command === "hostname" ? "guest-1\n" : "status: done\n");
      // Recovered errors are no failure.
      channel.exit(command === "hostname" ? 0 : 2);
      channel.end();
    });
    await waitForSsh(deps, login(port), call());
    expect(tries).toBe(3);
  });

  it("tells what cloud-init says of a failed first boot, without its control characters", async () => {
    const port = await speaking(() => ({ text: "status: error\n\u001b[31mno module\n", code: 1 }));
    await expect(waitForSsh(deps, login(port), call())).rejects.toThrow(
      "first boot ended with an error: status: error\n\ufffd[31mno module",
    );
  });

  it("takes the first label for the name, and nothing else", async () => {
    const port = await speaking((command) => ({ text: command === "hostname" ? "guest-1\n" : "", code: 0 }));
    await waitForSsh(deps, { ...login(port), hostname: "guest-1.example.org" }, call());
    await expectFailure(waitForSsh(deps, { ...login(port), hostname: "guest-12" }, call()), "rejected");
  });
});
