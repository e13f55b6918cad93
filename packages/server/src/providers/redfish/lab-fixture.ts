import { connect } from "node:net";
import type { Hardware } from "@berth/lab/hardware.ts";
import { selfSignedCertificate } from "@berth/lab/redfish/certificate.ts";
import { startRedfishServer } from "@berth/lab/redfish/server.ts";
import { simHardware } from "@berth/lab/simulated/sim-hardware.ts";
import type { Dial } from "../../kernel/dial.ts";
import { ProviderError } from "../../kernel/errors.ts";
import { redfishProviderWith } from "./redfish.ts";

export const LAB_PASSWORD = "blade-password-4711";

/** Straight to the target, as a controller without an edge does. For tests only. */
export const directDial: Dial = ({ host, port }, { signal }) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once("connect", () => resolve(socket));
    socket.once("error", (cause) => reject(new ProviderError("unreachable", "could not connect", { cause })));
  });

export function labBlade(id = "bay-1"): Hardware {
  return simHardware({
    id,
    manufacturer: "Berth",
    model: "Lab blade",
    serial: "LAB0001",
    uuid: "5a1c0de0-0000-4000-8000-000000000001",
    assetTag: "rack-1",
    firmware: "uefi",
    cores: 4,
    memoryMiB: 8192,
    nics: [
      { id: "nic1", mac: "52:54:00:aa:00:01" },
      { id: "nic2", mac: "52:54:00:aa:00:02" },
    ],
    disks: [{ id: "disk1", sizeBytes: 10 * 1024 ** 3, bus: "virtio" }],
  });
}

/** The lab's Redfish service with one blade behind real HTTPS, and Berth's provider for it. */
export async function redfishFixture(patience = { requestTimeoutMs: 20_000, settleMs: 20_000 }) {
  const blade = labBlade();
  const certificate = selfSignedCertificate("127.0.0.1", new Date());
  const credentials = { username: "berth", password: LAB_PASSWORD };
  const server = await startRedfishServer({
    hardware: [blade],
    listen: { host: "127.0.0.1", port: 0 },
    tls: certificate,
    credentials,
  });
  const type = redfishProviderWith(patience);
  const open = (overrides: object = {}) =>
    type.open(
      type.settings.parse({
        endpoint: server.url,
        ...credentials,
        tls: { mode: "pin", sha256: certificate.sha256 },
        ...overrides,
      }),
      { dial: directDial },
    );
  const provider = open();
  return {
    blade,
    server,
    certificate,
    provider,
    open,
    async close() {
      await provider.close();
      await server.close();
    },
  };
}

/** A role that this provider has: its absence is a failed test. */
export function need<T>(role: T | undefined): T {
  if (role === undefined) throw new Error("the provider lacks the role");
  return role;
}
