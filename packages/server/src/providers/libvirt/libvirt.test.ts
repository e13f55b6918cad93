import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { promisify } from "node:util";
import { talkingBootSector } from "@berth/lab/testing/talking-disk.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dial } from "../../kernel/dial.ts";
import { consoleContract } from "../contract/console-contract.ts";
import { freshCall, TEST_DEADLINE_MS } from "../contract/expect-failure.ts";
import { powerContract } from "../contract/power-contract.ts";
import { vmEventsContract } from "../contract/vm-events-contract.ts";
import { vmHostContract } from "../contract/vm-host-contract.ts";
import { volumeHostContract } from "../contract/volume-host-contract.ts";
import type { VmSpec } from "../provider.ts";
import { libvirtProvider } from "./libvirt.ts";
import type { LibvirtSettings } from "./settings.ts";
import { startTestLibvirtd, type TestLibvirtd, whyNoLibvirtd } from "./test-libvirtd.ts";

/** Every role against a real libvirtd: its test driver, and QEMU under emulation with guests that have no system. */

const run = promisify(execFile);
const POOL = "berth";
const why = whyNoLibvirtd();
let daemon: TestLibvirtd;
let made = 0;

/** Of the daemon's bridge; nobody outside its network reaches it. */
const SCREEN_ADDRESS = "10.99.0.1";
const MIB = 1024 * 1024;

const openLibvirt = (uri: LibvirtSettings["uri"], more: Partial<LibvirtSettings> = {}) =>
  libvirtProvider.open(
    libvirtProvider.settings.parse({ uri, socket: daemon.socket, technique: technique(uri), ...more }),
    { dial: namespaceDial },
  );
const technique = (uri: string) => (uri.startsWith("qemu") ? "qemu" : "auto");
const openQemu = () => openLibvirt("qemu:///system");
const openTest = () => openLibvirt("test:///default");

async function virsh(uri: string, ...args: string[]): Promise<string> {
  const address = `${uri.replace("://", "+unix://")}?socket=${daemon.socket}`;
  return (await run("virsh", ["-q", "-c", address, ...args])).stdout;
}

function spec(change: Partial<VmSpec> = {}): VmSpec {
  made += 1;
  const [high, low] = [made >> 8, made & 255].map((byte) => byte.toString(16).padStart(2, "0"));
  const nic = { mac: `52:54:00:00:${high}:${low}`, bridge: "brtest" };
  const metadata = { serverId: randomUUID(), token: "1" };
  const size = { cores: 1, memoryMiB: 32 };
  return {
    name: `vm-${made}`,
    uuid: randomUUID(),
    serial: null,
    ...size,
    firmware: "bios",
    disks: [],
    nics: [nic],
    metadata,
    ...change,
  };
}

async function makeForeign(uri: string, type: string): Promise<string> {
  made += 1;
  const name = `foreign-${made}`;
  const file = join(daemon.images, `${name}.xml`);
  const xml = `<domain type="${type}"><name>${name}</name><memory unit="MiB">16</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`;
  await writeFile(file, xml);
  await virsh(uri, "define", file);
  return name;
}

beforeAll(async () => {
  if (why !== null) return;
  daemon = await startTestLibvirtd();
  await run("ip", ["-n", daemon.namespace, "address", "add", `${SCREEN_ADDRESS}/24`, "dev", "brtest"]);
  await virsh("qemu:///system", "pool-define-as", POOL, "dir", "--target", "/var/lib/libvirt/images");
  await virsh("qemu:///system", "pool-build", POOL);
  await virsh("qemu:///system", "pool-start", POOL);
  await virsh("qemu:///system", "pool-autostart", POOL);
}, TEST_DEADLINE_MS);

afterAll(async () => await daemon?.close(), TEST_DEADLINE_MS);

it.runIf(why !== null)(`libvirt was not tried: ${why}`, () => expect(why).not.toBeNull());

describe.skipIf(why !== null)("libvirt", () => {
  const vmFixture = (open: typeof openQemu, uri: string, type: string) => async () => {
    const { vms, power, close } = open();
    if (vms === undefined || power === undefined) throw new Error("libvirt has these roles");
    // The test driver forgets what is on its host when nobody is connected, so we are before somebody makes something.
    await vms.facts(freshCall());
    return { vms, power, spec: () => spec(), makeForeign: () => makeForeign(uri, type), close };
  };

  const powerFixture = (open: typeof openQemu) => async () => {
    const { vms, power, close } = open();
    if (vms === undefined || power === undefined) throw new Error("libvirt has these roles");
    const vm = spec();
    await vms.ensure(vm, freshCall());
    const remove = async () => {
      await vms.remove(vm.name, freshCall());
      await close();
    };
    return { power, machine: vm.name, close: remove };
  };

  const volumeFixture = (open: typeof openQemu, pool: string) => async () => {
    const { volumes, close } = open();
    if (volumes === undefined) throw new Error("libvirt has this role");
    const name = () => `volume-${++made}`;
    return {
      volumes,
      pool,
      name,
      readBack: ({ name }: { name: string }) => readFile(join(daemon.images, name)),
      close,
    };
  };

  const eventsFixture = (open: typeof openQemu) => async () => {
    const { vms, power, vmEvents, close } = open();
    if (vms === undefined || power === undefined || vmEvents === undefined) throw new Error("libvirt has these roles");
    return { vms, power, vmEvents, spec: () => spec(), close };
  };

  powerContract("libvirt, test driver", powerFixture(openTest));
  vmHostContract("libvirt, test driver", vmFixture(openTest, "test:///default", "test"));
  // libvirt's test driver keeps volumes as descriptions only: there is nothing to write to.
  volumeHostContract("libvirt, test driver", volumeFixture(openTest, "default-pool"), ["write"]);
  vmEventsContract("libvirt, test driver", eventsFixture(openTest));

  powerContract("libvirt, QEMU", powerFixture(openQemu));
  vmHostContract("libvirt, QEMU", vmFixture(openQemu, "qemu:///system", "qemu"));
  volumeHostContract("libvirt, QEMU", volumeFixture(openQemu, POOL));
  vmEventsContract("libvirt, QEMU", eventsFixture(openQemu));
  consoleContract("libvirt, QEMU", async () => {
    const {
      console: consoles,
      vms,
      power,
      volumes,
      close,
    } = openLibvirt("qemu:///system", {
      screenAddress: SCREEN_ADDRESS,
    });
    if (consoles === undefined || vms === undefined || power === undefined || volumes === undefined)
      throw new Error("libvirt has these roles");
    const disk = { pool: POOL, name: `talking-${++made}` };
    await volumes.ensure({ ...disk, format: "raw", capacityBytes: MIB, base: null }, freshCall());
    await writeFile(join(daemon.images, disk.name), Buffer.concat([talkingBootSector(), Buffer.alloc(MIB - 512)]));
    const vm = spec({ disks: [{ volume: disk, format: "raw", readOnly: false }] });
    await vms.ensure(vm, freshCall());
    const remove = async () => {
      await vms.remove(vm.name, freshCall());
      await close();
    };
    const kinds = ["vnc", "serial"] as const;
    return { power, console: consoles, machine: vm.name, kinds, says: /berth-test login: /, close: remove };
  });
});

/** Into the daemon's own network, as a site's edge would. */
const namespaceDial: Dial = async ({ host, port }) => {
  const script = `const s = require("net").connect(${port}, "${host}"); process.stdin.pipe(s).pipe(process.stdout)`;
  const child = spawn("ip", ["netns", "exec", daemon.namespace, process.execPath, "-e", script], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.once("close", () => child.kill());
  return stream;
};
