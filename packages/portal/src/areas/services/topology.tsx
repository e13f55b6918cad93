import { useNavigate } from "@tanstack/react-router";
import type { MouseEvent } from "react";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Cables } from "../../kit/layout-picture.tsx";
import { hrefOf } from "../../kit/paths.ts";
import {
  healthOf,
  healthWords,
  METRICS,
  NODE_HEIGHT,
  nodeTop,
  type Server,
  type TopologyGroup,
  topologyGroups,
  topologyLayout,
} from "./topology-rules.ts";

type Service = OutputOf<"getService">;
type Box = ReturnType<typeof topologyLayout>["boxes"][number];

/** How a service is built and how its servers do: groups, servers, disks and networks; each server leads to its page. */
export function Topology({ service }: { readonly service: Service }) {
  const template = useApi("getTemplate", { params: { name: service.template } }, { staleMs: Number.POSITIVE_INFINITY });
  const designs = template.data?.document.spec.groups ?? [];
  const groups = topologyGroups(service.servers, (name) => {
    const design = designs.find((group) => group.name === name);
    return design?.nics.map((nic) => nic.network) ?? [];
  });
  const layout = topologyLayout(groups);
  return (
    <div className="berth-topology">
      <svg
        className="berth-layout berth-layout--large"
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        width={layout.width}
        height={layout.height}
        role="group"
        aria-label={`Topology of ${service.name}`}
      >
        <Cables layout={layout} />
        {groups.map((group, i) => {
          const box = layout.boxes[i];
          const disks = designs.find((design) => design.name === group.name)?.disks.map((disk) => disk.size) ?? [];
          return box === undefined ? null : <GroupFrame key={group.name} group={group} box={box} disks={disks} />;
        })}
      </svg>
    </div>
  );
}

function GroupFrame({ group, box, disks }: { group: TopologyGroup; box: Box; disks: readonly string[] }) {
  return (
    <g className="berth-topology__group">
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={8} />
      <text className="berth-layout__name" x={box.x + 12} y={box.y + 22}>
        {group.name}
      </text>
      {disks.length > 0 && (
        <text x={box.x + box.width - 12} y={box.y + 22} textAnchor="end">
          {disks.join(" + ")}
        </text>
      )}
      {group.servers.map((server, i) => (
        <ServerNode key={server.id} server={server} x={box.x + 8} y={box.y + nodeTop(i)} />
      ))}
      {group.more > 0 && (
        <text x={box.x + METRICS.boxWidth / 2} y={box.y + nodeTop(group.servers.length) + 24} textAnchor="middle">
          {`and ${group.more} more, in the table below`}
        </text>
      )}
    </g>
  );
}

function ServerNode({ server, x, y }: { readonly server: Server; readonly x: number; readonly y: number }) {
  const navigate = useNavigate();
  const href = hrefOf("server", server.id);
  const words = healthWords(server);
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void navigate({ to: href });
  };
  return (
    <a href={href} onClick={open} className={`berth-node berth-node--${healthOf(server)}`}>
      <rect x={x} y={y} width={METRICS.boxWidth - 16} height={NODE_HEIGHT - 8} rx={6} />
      <rect className="berth-node__mark" x={x} y={y} width={5} height={NODE_HEIGHT - 8} rx={2} />
      <text className="berth-layout__name" x={x + 14} y={y + 20}>
        {server.name.length > 20 ? `${server.name.slice(0, 19)}…` : server.name}
      </text>
      <text x={x + 14} y={y + 39}>
        {server.on === null ? server.kind : `on ${server.on}`}
      </text>
      <text className="berth-node__health" x={x + METRICS.boxWidth - 26} y={y + 20} textAnchor="end">
        {words}
      </text>
      <text x={x + METRICS.boxWidth - 26} y={y + 39} textAnchor="end">
        {server.address ?? ""}
      </text>
    </a>
  );
}
