import { existsSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bladeFiles } from "@berth/lab/qemu/arguments.ts";
import { createQemuBlade } from "@berth/lab/qemu/blade.ts";
import { selfSignedCertificate } from "@berth/lab/redfish/certificate.ts";
import { startRedfishServer } from "@berth/lab/redfish/server.ts";
import { talkingBootSector } from "@berth/lab/testing/talking-disk.ts";

/** Why there can be no QEMU blade here, in words, or null. */
export function whyNoQemu(): string | null {
  return ["/usr/bin", "/usr/local/bin"].some((dir) => existsSync(join(dir, "qemu-system-x86_64")))
    ? null
    : "qemu-system-x86_64 is not installed";
}

/** A real QEMU machine without network behind the lab's management controller; its disk talks on the serial line. */
export async function qemuBlade(name = "bay-1") {
  const root = await mkdtemp(join(tmpdir(), "bcon-"));
  const dir = join(root, "bay");
  const blade = await createQemuBlade(
    {
      ...{ name, bay: 1, dir, bmcAddress: "127.0.0.1", nics: [] },
      ...{ uuid: "5a1c0de0-0000-4000-8000-0000000000c1", serial: "LAB00C1" },
      ...{ firmware: "bios", cores: 1, memoryMiB: 128, diskGiB: 1, bootOrder: ["disk"] },
    },
    "tcg",
  );
  const disk = await open(bladeFiles(dir).disk, "r+");
  await disk.write(talkingBootSector(), 0, 512, 0);
  await disk.close();
  const certificate = selfSignedCertificate("127.0.0.1", new Date());
  const credentials = { username: "berth", password: "screen-canary-5512" };
  const bmc = await startRedfishServer({
    hardware: [blade],
    listen: { host: "127.0.0.1", port: 0 },
    tls: certificate,
    credentials,
  });
  return {
    blade,
    settings: { endpoint: bmc.url, ...credentials, tls: { mode: "pin" as const, sha256: certificate.sha256 } },
    async close() {
      await bmc.close();
      await blade.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
