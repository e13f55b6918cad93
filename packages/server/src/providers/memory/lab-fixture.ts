import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labClock } from "@berth/lab/simulated/clock.ts";
import { guestBook } from "@berth/lab/simulated/guest.ts";
import { hostFaultBox } from "@berth/lab/simulated/host-faults.ts";
import { serveHosts } from "@berth/lab/simulated/host-service.ts";
import { simHost } from "@berth/lab/simulated/sim-host.ts";
import { createSite } from "@berth/lab/simulated/site.ts";
import { memoryProvider } from "./memory.ts";

const noDial = () => Promise.reject(new Error("a UNIX socket needs no dial"));

/** One simulated hypervisor behind its real socket, and Berth's provider for it. */
export async function memoryFixture() {
  const dir = await mkdtemp(join(tmpdir(), "berth-memory-"));
  const socket = join(dir, "hosts.sock");
  const guests = guestBook();
  const outside = { site: createSite("lab"), clock: labClock(1_000), guests, bridges: ["br-lan"], seed: "test" };
  const host = simHost({ name: "sim1", cores: 16, memoryMiB: 65_536, storageGiB: 64 }, outside);
  const faults = hostFaultBox();
  const service = await serveHosts(socket, new Map([["sim1", { host, faults }]]));
  const open = () => memoryProvider.open(memoryProvider.settings.parse({ socket, host: "sim1" }), { dial: noDial });
  return {
    host,
    guests,
    faults,
    service,
    open,
    async close() {
      host.close();
      await service.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
