import type { ServerInfo } from "@berth/api/server.ts";
import type { z } from "zod";
import { type Layout, layoutOf } from "../../kit/layout-rules.ts";

export type Server = z.output<typeof ServerInfo>;

/** How a server does: one word, one colour. Wanted and seen that differ are a matter of their own. */
export type Health = "well" | "off" | "busy" | "unknown" | "broken" | "gone";

export function healthOf(server: Pick<Server, "state" | "power">): Health {
  switch (server.state) {
    case "failed":
      return "broken";
    case "retired":
      return "gone";
    case "defined":
    case "reserved":
    case "provisioning":
    case "retiring":
      return "busy";
    case "active":
      if (server.power.observed === "unknown") return "unknown";
      return server.power.observed === "off" ? "broken" : "well";
    case "inactive":
      return server.power.observed === "on" ? "broken" : "off";
  }
}

/** The word beside the colour. */
export function healthWords(server: Pick<Server, "state" | "power">): string {
  switch (healthOf(server)) {
    case "well":
      return "on";
    case "off":
      return "off";
    case "unknown":
      return "unknown";
    case "gone":
      return "retired";
    case "busy":
      return server.state;
    case "broken":
      return server.state === "failed" ? "failed" : `${server.power.observed}, wanted ${server.power.wanted}`;
  }
}

export interface TopologyGroup {
  readonly name: string;
  readonly servers: readonly Server[];
  /** Those for which there was no more room. */
  readonly more: number;
  readonly networks: readonly string[];
}

export const NODE_HEIGHT = 58;
const HEAD_HEIGHT = 34;
const FOOT_HEIGHT = 8;
export const MAX_SHOWN = 8;
export const METRICS = { boxWidth: 230, gap: 24, busGap: 34, margin: 16 };

/** Servers by their group, those that are gone left out where any are left. */
export function topologyGroups(
  servers: readonly Server[],
  networksOfGroup: (group: string) => readonly string[],
): TopologyGroup[] {
  const living = servers.filter((server) => server.state !== "retired");
  const groups = Map.groupBy(living.length > 0 ? living : servers, (server) => server.group);
  return [...groups].map(([name, members]) => {
    const sorted = members.toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    return {
      name,
      servers: sorted.slice(0, MAX_SHOWN),
      more: Math.max(0, sorted.length - MAX_SHOWN),
      networks: networksOfGroup(name),
    };
  });
}

export function topologyLayout(groups: readonly TopologyGroup[]): Layout {
  const networks = [...new Set(groups.flatMap((group) => group.networks))];
  const boxes = groups.map(({ name, servers, more, networks: joined }) => ({
    name,
    networks: joined,
    height: HEAD_HEIGHT + (servers.length + (more > 0 ? 1 : 0)) * NODE_HEIGHT + FOOT_HEIGHT,
  }));
  return layoutOf(boxes, networks, METRICS);
}

/** Where the n-th server of a box lies, from the box's upper edge. */
export const nodeTop = (index: number): number => HEAD_HEIGHT + index * NODE_HEIGHT;
