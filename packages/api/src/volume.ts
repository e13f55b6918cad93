import { z } from "zod";
import { Id, Timestamp } from "./common.ts";
import { listQuery, pageOf } from "./list.ts";
import { type Contract, route } from "./route.ts";

const VolumeState = z
  .enum(["planned", "present", "removed"])
  .describe("named but not made yet, there, or known to be gone");
const filter = z.string().min(1).max(100).optional();

export const VolumeInfo = z.object({
  id: Id,
  name: z.string(),
  disk: z.string().describe("its name within the server"),
  role: z.enum(["boot", "data", "shared"]),
  state: VolumeState,
  sizeGiB: z.number().int(),
  host: z.string().nullable(),
  machine: z.string().nullable(),
  place: z.string().nullable().describe("the machine's own disk, or null in the host's storage pool"),
  servers: z.array(z.string()),
  startsAt: Timestamp,
  endsAt: Timestamp,
});

export const volumeContract = {
  listVolumes: route({
    method: "GET",
    path: "/v1/volumes",
    tag: "storage",
    rule: "estate-read",
    summary: "Disks of servers, on hosts and machines",
    query: listQuery({ state: VolumeState.optional(), host: filter, machine: filter }, ["name", "createdAt"]),
    response: pageOf(VolumeInfo),
    cli: {
      words: ["volume", "list"],
      columns: ["name", "disk", "role", "state", "sizeGiB", "host", "machine", "servers"],
      example: "berth volume list --state present",
    },
  }),
} satisfies Contract;
