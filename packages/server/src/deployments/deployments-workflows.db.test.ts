import { randomUUID } from "node:crypto";
import { describe, it } from "vitest";
import type { Db } from "../kernel/db/db.ts";
import { exerciseWorkflow } from "../kernel/workflow/exercise.ts";
import { smallWorld } from "../landing/small-world.ts";
import { vmProvision } from "../landing/vm-provision.ts";
import { vmRetire } from "../landing/vm-retire.ts";
import { serviceDeactivate } from "./service-deactivate.ts";
import { type Delivery, serviceDeliver } from "./service-deliver.ts";
import { serviceLease } from "./service-lease.ts";
import { serviceRetire } from "./service-retire.ts";
import { type SmallServices, smallServices } from "./small-services.ts";

const BLOCKS = { blocks: ["00"] };
const soon = () => new Date(Date.now() + 3_600_000).toISOString();
const seed = { pool: "default", name: "seed" };

/** Ids are new for each case: children are operations of their own. */
function virtualServer(db: Db, state: "reserved" | "active") {
  const serverId = randomUUID();
  const small = smallWorld(db, { id: serverId, state });
  const vm = {
    name: "vm",
    uuid: serverId,
    serial: null,
    cores: 1,
    memoryMiB: 512,
    firmware: "bios" as const,
    disks: [],
    nics: [],
    metadata: { serverId, token: "1" },
  };
  const provision = { serverId, hostId: "host", imageId: "image", disks: [], seed, vm };
  const retire = { serverId, hostId: "host", vm: "vm", volumes: [seed] };
  if (state === "active") small.seen.vms.set("vm", "on");
  return { small, provision, retire };
}

function bothRows(services: SmallServices, server: ReturnType<typeof smallWorld>) {
  return () => {
    const [undoServices, undoServer] = [services.saveRows(), server.saveRows()];
    return () => {
      undoServices();
      undoServer();
    };
  };
}

function snapshot({ services, server }: { services: SmallServices; server: ReturnType<typeof smallWorld> }) {
  const { vms, volumes, server: state } = server.seen;
  // What a hook did inside a server goes with the server.
  return { ...services.rows, vms: [...vms], volumes: [...volumes], state };
}

describe("workflows of services", { timeout: 300_000 }, () => {
  it("CAP B6 service-deliver can repeat, fail or crash at any step and gives everything back", async () => {
    await exerciseWorkflow(serviceDeliver, {
      ...BLOCKS,
      setUp: async (db) => {
        const services = smallServices({ request: "approved", service: "reserved" });
        const { small, provision } = virtualServer(db, "reserved");
        const serviceId = randomUUID();
        const input: Delivery = {
          requestId: randomUUID(),
          serviceId,
          startsAt: new Date(0).toISOString(),
          endsAt: soon(),
          servers: [{ kind: "virtual", title: "app-1 (virtual)", provision }],
          before: [{ serviceId, serverId: null, hook: "announce" }],
          hooks: [{ serviceId, serverId: provision.serverId, hook: "install" }],
          onFailure: "unwind",
        };
        return {
          deps: services.world,
          input,
          children: [{ workflow: vmProvision, deps: small.world }],
          messages: { verdict: { approved: true, reason: "" } },
          saveRows: bothRows(services, small),
          services,
          server: small,
        };
      },
      // The reservation is what a request begins with, and what goes with it: its words tell how it ended.
      snapshot: ({ services, server }) => {
        const seen = snapshot({ services, server });
        return seen.isHeld ? seen : { ...seen, isHeld: true, request: "approved", service: "reserved" };
      },
    });
  });

  it("service-retire goes on from wherever it was stopped, and gives everything back", async () => {
    await exerciseWorkflow(serviceRetire, {
      ...BLOCKS,
      goesBack: false,
      setUp: async (db) => {
        const services = smallServices({ request: "active", service: "retiring" });
        const { small, retire } = virtualServer(db, "active");
        const serviceId = randomUUID();
        return {
          deps: services.world,
          input: {
            requestId: randomUUID(),
            serviceId,
            servers: [{ kind: "virtual" as const, title: "app-1 (virtual)", retire }],
            hooks: [{ serviceId, serverId: retire.serverId, hook: "save" }],
            after: [{ serviceId, serverId: null, hook: "tell" }],
          },
          children: [{ workflow: vmRetire, deps: small.world }],
          saveRows: bothRows(services, small),
          services,
          server: small,
        };
      },
      snapshot: (world) => snapshot(world),
    });
  });

  it("service-deactivate goes on from wherever it was stopped: VMs are kept, switched off", async () => {
    await exerciseWorkflow(serviceDeactivate, {
      ...BLOCKS,
      goesBack: false,
      setUp: async (db) => {
        const services = smallServices({ request: "active", service: "active" });
        const { small, retire } = virtualServer(db, "active");
        return {
          deps: services.world,
          input: {
            serviceId: randomUUID(),
            // A child that is quick to retire stands in for a machine: what matters here is that it is waited for.
            physical: [{ kind: "virtual" as const, title: "db-1", retire }],
            virtual: ["app-1", "app-2"],
          },
          children: [{ workflow: vmRetire, deps: small.world }],
          saveRows: bothRows(services, small),
          services,
          server: small,
        };
      },
      snapshot: ({ services, server }) => {
        const { released, ...rows } = services.rows;
        return { ...rows, released: released.length, stopped: [...services.seen.stopped], vms: [...server.seen.vms] };
      },
    });
  });

  it("CAP B6 service-lease warns, and does once what its policy says", async () => {
    await exerciseWorkflow(serviceLease, {
      ...BLOCKS,
      goesBack: false,
      setUp: async () => {
        const services = smallServices({ request: "active", service: "active" });
        return {
          deps: services.world,
          // In the past: all warnings are over, and its end has come.
          input: { serviceId: randomUUID(), endsAt: new Date(Date.now() - 1_000).toISOString() },
          saveRows: services.saveRows,
          services,
        };
      },
      snapshot: ({ services }) => ({ ended: services.rows.ended }),
    });
  });
});
