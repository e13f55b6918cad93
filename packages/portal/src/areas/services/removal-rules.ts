import type { ServerInfo } from "@berth/api/server.ts";
import type { z } from "zod";

type Server = z.output<typeof ServerInfo>;

/** What deleting a service takes away and what it leaves, by name. */
export function removalOf(service: { readonly name: string; readonly template: string }, servers: readonly Server[]) {
  const living = servers.filter((server) => server.state !== "retired");
  return {
    lost: living.map((server) => {
      const what = server.kind === "physical" ? "its disks are wiped" : "the VM and its disks are removed";
      return `${server.name} (${server.hostname}${server.address === null ? "" : `, ${server.address}`}): ${what}`;
    }),
    kept: [
      `the template ${service.template}`,
      ...living
        .filter((server) => server.kind === "physical" && server.on !== null)
        .map((server) => `the machine ${server.on}: it goes back to its pool`),
      "its request, history and costs",
    ],
  };
}
