import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labClock } from "@berth/lab/simulated/clock.ts";
import { guestBook } from "@berth/lab/simulated/guest.ts";
import { hostFaultBox } from "@berth/lab/simulated/host-faults.ts";
import { serveHosts } from "@berth/lab/simulated/host-service.ts";
import { simHost } from "@berth/lab/simulated/sim-host.ts";
import { createSite } from "@berth/lab/simulated/site.ts";

/** One simulated hypervisor, called `sim1`, behind its real socket. */
export async function memoryHost() {
  const dir = await mkdtemp(join(tmpdir(), "berth-estate-"));
  const socket = join(dir, "hosts.sock");
  const outside = {
    site: createSite("lab"),
    clock: labClock(1_000),
    guests: guestBook(),
    bridges: ["br-lan"],
    seed: "test",
  };
  const host = simHost({ name: "sim1", cores: 16, memoryMiB: 65_536, storageGiB: 64 }, outside);
  const service = await serveHosts(socket, new Map([["sim1", { host, faults: hostFaultBox() }]]));
  return {
    socket,
    async close() {
      host.close();
      await service.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
