import { expect, it } from "vitest";
import { removalOf } from "./removal-rules.ts";
import type { Server } from "./topology-rules.ts";

const server = (name: string, of: Partial<Server>): Server => ({
  ...{ id: "5a1f6f8c-3f0b-4d0a-9d8e-0a4d1d7a2b11", version: 1, name, hostname: name, kind: "virtual", state: "active" },
  ...{ service: "shop", project: null, group: "app", on: "host-1", cores: 1, memoryMiB: 512, address: "10.0.0.5" },
  ...{
    power: { wanted: "on", observed: "on", observedAt: null },
    allowed: [],
    refused: {},
    createdAt: "2027-01-01T00:00:00Z",
  },
  ...of,
});

it("names what is lost and what is kept", () => {
  const { lost, kept } = removalOf({ name: "shop", template: "two-tier@1" }, [
    server("shop-db-1", { kind: "physical", on: "blade-1" }),
    server("shop-app-1", { address: null }),
    server("shop-app-2", { state: "retired" }),
  ]);
  expect(lost).toEqual([
    "shop-db-1 (shop-db-1, 10.0.0.5): its disks are wiped",
    "shop-app-1 (shop-app-1): the VM and its disks are removed",
  ]);
  expect(kept).toContain("the machine blade-1: it goes back to its pool");
});
