import { randomBytes } from "node:crypto";
import type { BayStatus } from "./chassis-protocol.ts";
import { type HardwareFault, hardwareFaults } from "./hardware.ts";
import type { BladePlan, BmcAccess } from "./plan.ts";
import type { Accelerator } from "./qemu/arguments.ts";
import { createQemuBlade, type QemuBlade } from "./qemu/blade.ts";
import { selfSignedCertificate } from "./redfish/certificate.ts";
import { type RedfishFault, redfishFaultBox, redfishFaults } from "./redfish/faults.ts";
import { type RedfishServer, startRedfishServer } from "./redfish/server.ts";
import { RefusedError } from "./unix-http.ts";

export interface Bay {
  readonly blade: QemuBlade;
  readonly access: BmcAccess;
  status(): BayStatus;
  provoke(kind: string, count: number): Promise<void>;
  close(): Promise<void>;
}

/** A blade and the management controller in front of it. */
export async function startBay(plan: BladePlan, accelerator: Accelerator): Promise<Bay> {
  const blade = await createQemuBlade(plan, accelerator);
  const certificate = selfSignedCertificate(plan.name, new Date());
  const credentials = { username: "admin", password: randomBytes(12).toString("base64url") };
  const faults = redfishFaultBox();
  const bmc: { server: RedfishServer | null } = { server: null };

  const speak = async () => {
    bmc.server ??= await startRedfishServer({
      hardware: [blade],
      listen: { host: plan.bmcAddress, port: 443 },
      tls: { key: certificate.key, cert: certificate.cert },
      credentials,
      faults,
    });
  };
  const beSilent = async () => {
    const { server } = bmc;
    bmc.server = null;
    await server?.close();
  };
  await speak();

  return {
    blade,
    access: { blade: plan.name, url: `https://${plan.bmcAddress}`, ...credentials, sha256: certificate.sha256 },
    status: () => ({
      name: plan.name,
      power: blade.power(),
      pid: blade.pid(),
      faults: {
        ...Object.fromEntries(Object.entries(blade.faults()).filter(([, count]) => count > 0)),
        ...faults.pending(),
        ...(bmc.server === null ? { "bmc-silent": 1 } : {}),
      },
    }),
    async provoke(kind, count) {
      if (kind === "bmc-silent") return count === 0 ? await speak() : await beSilent();
      if (isHardwareFault(kind)) return blade.provoke(kind, count);
      if (isRedfishFault(kind)) return faults.provoke(kind, count, null);
      throw new RefusedError(
        404,
        `a blade has no fault ${kind}; it has ${[...hardwareFaults, ...redfishFaults, "bmc-silent"].join(", ")}`,
      );
    },
    async close() {
      await beSilent();
      await blade.close();
    },
  };
}

// The casts only widen the list's type, so that `includes` takes any text.
const isHardwareFault = (kind: string): kind is HardwareFault => (hardwareFaults as readonly string[]).includes(kind);
const isRedfishFault = (kind: string): kind is RedfishFault => (redfishFaults as readonly string[]).includes(kind);
