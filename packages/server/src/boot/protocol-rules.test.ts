import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { answerText, readFailure, readHello, readPercent } from "./agent-rules.ts";
import { selfSigned } from "./certificate.ts";
import { bootScript, introduceScript, readAsker } from "./ipxe-rules.ts";
import { createPace } from "./pace.ts";
import { readRange } from "./range-rules.ts";

const origin = { site: "lab", peer: "10.77.1.11", isTls: false, edge: "10.77.1.1" };
const ports = { http: 8080, https: 8443 };
const mac = "52:54:00:00:00:01";
const asker = { mac, uuid: null, serial: null, platform: "pcbios" as const };

describe("the iPXE script", () => {
  it("first sends a machine back with what it knows of itself", () => {
    expect(introduceScript(origin, ports)).toContain(
      "chain --replace http://10.77.1.1:8080/boot/ipxe?mac=${netX/mac}&uuid=${uuid}",
    );
  });

  it("starts the disk, on each firmware in its way", () => {
    const disk = { kind: "disk", reason: "" } as const;
    const boot = { origin, ports, pin: "", token: null };
    expect(bootScript(disk, asker, boot)).toContain("sanboot --no-describe --drive 0x80");
    expect(bootScript(disk, { ...asker, platform: "efi" }, boot)).toBe("#!ipxe\nexit 1\n");
  });

  it("starts the service OS with a token, and comes back when it can't be had yet", () => {
    const choice = { kind: "service-os", task: "install", reason: "" } as const;
    const script = bootScript(choice, asker, { origin, ports, pin: "sha256//abc=", token: "T0ken_-" });
    const kernel = script.split("\n").find((line) => line.startsWith("kernel ")) ?? "";
    expect(kernel).toContain(
      " berth.url=http://10.77.1.1:8080 berth.tls=https://10.77.1.1:8443 berth.pin=sha256//abc= berth.token=T0ken_- ",
    );
    expect(kernel.endsWith("|| goto later")).toBe(true);
    expect(() => bootScript(choice, asker, { origin, ports, pin: "", token: null })).toThrow();
  });

  it.each([
    "mac=",
    "mac=52:54:00",
    "mac=01:00:5e:00:00:01",
    "mac=ff:ff:ff:ff:ff:ff",
    "mac=00:00:00:00:00:00",
    "uuid=1",
    "mac=52:54:00:00:00:01%0aecho",
  ])("is not decided for %s", (query) => expect(readAsker(new URLSearchParams(query))).toBeNull());

  it("lets no odd serial number or UUID through", () => {
    const query = new URLSearchParams({ mac: mac.toUpperCase(), uuid: "x", serial: "a\nb", platform: "efi; reboot" });
    expect(readAsker(query)).toEqual({ mac, uuid: null, serial: null, platform: "pcbios" });
  });
});

describe("what an agent says", () => {
  const boot_id = "0b0b0b0b-0000-4000-8000-000000000001";

  it("is read as far as it is of a plain form", () => {
    const form = new URLSearchParams({
      boot_id,
      uuid: "nonsense",
      serial: " S\u00001 ",
      cores: "4",
      memory_kib: "1048576",
      firmware: "coreboot",
    });
    for (const nic of [`eth0,${mac}`, "eth1,zz", `../x,${mac}`]) form.append("nic", nic);
    for (const disk of ["vda,4294967296", "vdb,-1", "v/da,1"]) form.append("disk", disk);
    expect(readHello(form)).toEqual({
      uuid: null,
      serial: "S 1",
      assetTag: null,
      firmware: null,
      cores: 4,
      memoryMiB: 1024,
      bootId: boot_id,
      nics: [{ id: "eth0", mac }],
      disks: [{ id: "vda", sizeBytes: 4294967296 }],
    });
    expect(readHello(new URLSearchParams({ boot_id: "1" }))).toBeNull();
  });

  it("is kept short, whatever a machine sends", () => {
    const form = new URLSearchParams({ boot_id });
    for (let i = 0; i < 5000; i += 1) form.append("disk", `d${i},1`);
    expect(readHello(form)?.disks).toHaveLength(64);
    const failure = readFailure(
      new URLSearchParams({ code: "x".repeat(99), message: "m".repeat(9999), log: "\u001b[2J".repeat(9999) }),
    );
    expect(failure.error).toMatch(/^unknown: m{300}$/);
    expect(failure.console).toHaveLength(4000);
    expect(failure.console).not.toContain("\u001b");
    expect([readPercent(new URLSearchParams("percent=250")), readPercent(new URLSearchParams("percent=x"))]).toEqual([
      100, 0,
    ]);
  });

  it("is answered in lines that sh reads, or not at all", () => {
    expect(answerText({ action: "wait", seconds: 30 })).toBe("action=wait\nseconds=30\n");
    for (const value of ["a b", "a\nb=c", "$(reboot)", "", "ä"]) expect(() => answerText({ disk: value })).toThrow();
  });
});

it("reads ranges as the image's resuming reader sends them", () => {
  expect(readRange(undefined, 10)).toBeNull();
  expect(readRange("bytes=0-", 10)).toEqual({ start: 0, end: 9 });
  expect(readRange("bytes=4-99", 10)).toEqual({ start: 4, end: 9 });
  expect(readRange("bytes=-3", 10)).toEqual({ start: 7, end: 9 });
  expect(readRange("bytes=10-", 10)).toBe("unsatisfiable");
  for (const odd of ["bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-"]) expect(readRange(odd, 10)).toBeNull();
});

it("makes a certificate that others can read, pinned by its key", () => {
  const made = selfSigned(new Date("2026-11-21T00:00:00Z"));
  const certificate = new X509Certificate(made.certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect([certificate.subject, certificate.issuer]).toEqual(["CN=berth boot service", "CN=berth boot service"]);
  expect([certificate.validFromDate.getUTCFullYear(), certificate.validToDate.getUTCFullYear()]).toEqual([2026, 2046]);
  expect(made.pin).toMatch(/^sha256\/\/[A-Za-z0-9+/]{43}=$/);
});

it("lets strangers in at a pace", () => {
  const clock = { now: 0 };
  const pace = createPace(2, () => clock.now);
  expect([pace.take(), pace.take(), pace.take()]).toEqual([true, true, false]);
  clock.now += 30_000;
  expect([pace.take(), pace.take()]).toEqual([true, false]);
});
