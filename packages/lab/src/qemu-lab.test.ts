import { once } from "node:events";
import { appendFile, stat } from "node:fs/promises";
import { LabStatus, LabTruth } from "@berth/api/lab.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { livingProcesses } from "./process-records.ts";
import {
  callBmc,
  endLabs,
  newPlace,
  remainsOf,
  removePlace,
  startLabd,
  type TestLab,
  whyNoQemuLab,
} from "./testing/qemu-lab-fixture.ts";
import { waitUntil } from "./wait.ts";

const why = whyNoQemuLab();
const MINUTE_MS = 60_000;
const SMALL = ["--blade-memory-mib", "128", "--blade-cores", "1", "--blade-disk-gib", "1", "--host-storage-gib", "1"];

const statusOf = async (lab: TestLab) => LabStatus.parse(await lab.call("GET", "/status"));
const truthOf = async (lab: TestLab) => LabTruth.parse(await lab.call("GET", "/truth"));
const bladeOf = async (lab: TestLab, index: number) => {
  const blade = (await lab.describe()).enclosures[0]?.blades[index];
  if (blade === undefined) throw new Error(`the lab has no blade ${index}`);
  return blade;
};
const reset = async (lab: TestLab, type: string) => {
  const blade = await bladeOf(lab, 0);
  const path = `/redfish/v1/Systems/${blade.systemId}/Actions/ComputerSystem.Reset`;
  expect((await callBmc(lab, blade, "POST", path, { ResetType: type })).status).toBe(204);
};
const until = (what: string, isSo: () => Promise<boolean> | boolean) =>
  waitUntil(what, isSo, { deadlineMs: 2 * MINUTE_MS, everyMs: 100 });

// Needs root, QEMU and libvirtd: the reason is in the suite's name where it is skipped.
describe.skipIf(why !== null)(
  `a QEMU lab${why === null ? "" : ` (skipped: ${why})`}`,
  { timeout: 6 * MINUTE_MS },
  () => {
    let lab: TestLab;
    let place: Awaited<ReturnType<typeof newPlace>>;
    beforeAll(async () => {
      place = await newPlace();
      lab = await startLabd(place, ["--blades", "bios,uefi", "--hosts", "1", ...SMALL]);
    }, 6 * MINUTE_MS);
    afterEach(async () => void (await lab.call("DELETE", "/fault")));
    afterAll(async () => {
      await lab.call("POST", "/down");
      await until("labd ends", () => lab.child.exitCode !== null);
      const left = remainsOf(lab);
      await removePlace(place);
      expect(left).toEqual([]);
    }, 3 * MINUTE_MS);

    it("begins with dark blades, blank disks and empty hosts", async () => {
      const truth = await truthOf(lab);
      expect(truth.blades.map(({ name, power, disk }) => ({ name, power, disk }))).toEqual([
        { name: "enc1-bay1", power: "off", disk: "blank" },
        { name: "enc1-bay2", power: "off", disk: "blank" },
      ]);
      expect(truth.hosts).toEqual([{ name: "kvm1", domains: [], volumes: [] }]);
      expect(truth.guestInterfaces).toEqual([]);
      expect(truth.dhcpHosts).toEqual([]);
    });

    it("gives each blade an identity and network cards that its BMC shows as described", async () => {
      const blade = await bladeOf(lab, 1);
      const system = await callBmc(lab, blade, "GET", `/redfish/v1/Systems/${blade.systemId}`);
      expect(system.body).toMatchObject({ PowerState: "Off", SerialNumber: expect.stringMatching(/^LAB02/) });
      const nic = await callBmc(lab, blade, "GET", `/redfish/v1/Systems/${blade.systemId}/EthernetInterfaces/nic1`);
      expect(String(nic.body.MACAddress).toLowerCase()).toBe(blade.nics[0]?.mac);
    });

    it("turns a blade on and off through the edge and its BMC, as a process that is really there", async () => {
      await reset(lab, "On");
      const { pid } = (await statusOf(lab)).blades[0] ?? {};
      expect((await truthOf(lab)).blades[0]?.power).toBe("on");
      expect((await stat(`/proc/${pid}`)).isDirectory()).toBe(true);
      await reset(lab, "ForceOff");
      await until("the blade is off", async () => (await truthOf(lab)).blades[0]?.power === "off");
    });

    it("refuses a second lab of the same name, and says so", async () => {
      const second = startLabd(place, ["--blades", "", "--hosts", "0"]);
      await expect(second).rejects.toThrow("already running");
      expect((await statusOf(lab)).state).toBe("up");
    });

    it("has blades that ignore their power button, and says how often they still will", async () => {
      const pending = await lab.call("POST", "/fault", { target: "enc1-bay1", kind: "ignore-power", count: 1 });
      expect(pending).toEqual({ "enc1-bay1/ignore-power": 1 });
      await reset(lab, "On");
      expect((await truthOf(lab)).blades[0]?.power).toBe("off");
      expect((await statusOf(lab)).faults).toEqual({});
    });

    it("has blades that go off by themselves", async () => {
      await lab.call("POST", "/fault", { target: "enc1-bay1", kind: "power-off-itself", count: 1 });
      await reset(lab, "On");
      await until("it went off", async () => (await truthOf(lab)).blades[0]?.power === "off");
    });

    it("has BMCs that fall silent and come back", async () => {
      await lab.call("POST", "/fault", { target: "enc1-bay2", kind: "bmc-silent", count: 1 });
      const blade = await bladeOf(lab, 1);
      await expect(callBmc(lab, blade, "GET", "/redfish/v1/")).rejects.toThrow("502");
      await lab.call("DELETE", "/fault");
      expect((await callBmc(lab, blade, "GET", "/redfish/v1/")).status).toBe(200);
    });

    it("restarts a host's libvirtd", async () => {
      const before = (await statusOf(lab)).hosts[0]?.pid;
      await lab.call("POST", "/fault", { target: "kvm1", kind: "libvirtd-restart", count: 1 });
      const after = (await statusOf(lab)).hosts[0];
      expect(after).toMatchObject({ state: "running" });
      expect(after?.pid).not.toBe(before);
    });

    it("fills a host's disk until nothing more can be written, and empties it again", async () => {
      const pid = (await statusOf(lab)).hosts[0]?.pid;
      const file = `/proc/${pid}/root/var/lib/libvirt/images/pool/probe`;
      await lab.call("POST", "/fault", { target: "kvm1", kind: "host-disk-full", count: 1 });
      await expect(appendFile(file, Buffer.alloc(1024 * 1024))).rejects.toMatchObject({ code: "ENOSPC" });
      await lab.call("DELETE", "/fault");
      await appendFile(file, Buffer.alloc(1024 * 1024));
      expect((await truthOf(lab)).hosts[0]?.volumes.map(({ name }) => name)).toEqual(["probe"]);
    });

    it.each([
      [{ target: "enc1-bay9", kind: "never-boots" }, "no blade"],
      [{ target: "enc1-bay1", kind: "catches-fire" }, "it has never-boots"],
      [{ target: "kvm1", kind: "never-boots" }, "it has libvirtd-restart"],
      [{ target: "kvm1", kind: "; rm" }, "the name of a fault"],
    ])("refuses a fault that there is not: %j", async (fault, words) => {
      await expect(lab.call("POST", "/fault", fault)).rejects.toThrow(words);
    });
  },
);

// The same.
describe.skipIf(why !== null)("a QEMU lab that is killed", { timeout: 6 * MINUTE_MS }, () => {
  const flags = ["--blades", "bios", "--hosts", "1", ...SMALL];
  afterEach(endLabs, 3 * MINUTE_MS);

  it("is taken away by its sentinel, with machines that run", async () => {
    const place = await newPlace();
    const lab = await startLabd(place, flags);
    await reset(lab, "On");
    lab.child.kill("SIGKILL");
    await once(lab.child, "exit");
    await until("nothing is left", () => remainsOf(lab).length === 0);
    await removePlace(place);
  });

  it("is taken away by the next start when its sentinel was killed too", async () => {
    const place = await newPlace();
    const first = await startLabd(place, flags);
    await reset(first, "On");
    const sentinel = (await livingProcesses(first.paths.records)).find(({ role }) => role === "sentinel");
    if (sentinel === undefined) throw new Error("the lab has no sentinel");
    process.kill(sentinel.pid, "SIGKILL");
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    // The networks and what libvirtd mounted have nobody left to end them.
    expect(remainsOf(first)).not.toEqual([]);

    const second = await startLabd(place, flags);
    expect((await truthOf(second)).blades[0]).toMatchObject({ power: "off", disk: "blank" });
    second.child.kill("SIGTERM");
    await until("labd ends", () => second.child.exitCode !== null);
    expect(remainsOf(second)).toEqual([]);
    await removePlace(place);
  });
});
