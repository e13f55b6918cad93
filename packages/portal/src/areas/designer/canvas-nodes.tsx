import type { DiskNode, GroupNode, NetworkNode } from "@berth/sdk/graph.ts";
import { isList, isObject } from "@berth/sdk/json.ts";
import { DatabaseIcon } from "@patternfly/react-icons/dist/esm/icons/database-icon.js";
import { ExclamationCircleIcon } from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon.js";
import { HddIcon } from "@patternfly/react-icons/dist/esm/icons/hdd-icon.js";
import { NetworkWiredIcon } from "@patternfly/react-icons/dist/esm/icons/network-wired-icon.js";
import { RandomIcon } from "@patternfly/react-icons/dist/esm/icons/random-icon.js";
import { ServerIcon } from "@patternfly/react-icons/dist/esm/icons/server-icon.js";
import { VirtualMachineIcon } from "@patternfly/react-icons/dist/esm/icons/virtual-machine-icon.js";
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { countWords, sizeWords } from "./node-words.ts";

interface Shown<N> extends Record<string, unknown> {
  readonly node: N;
  readonly problems: readonly string[];
}
export type GroupFlowNode = Node<Shown<GroupNode>, "servers">;
export type NetworkFlowNode = Node<Shown<NetworkNode>, "segment">;
export type DiskFlowNode = Node<Shown<DiskNode>, "volume">;
export type FlowNode = GroupFlowNode | NetworkFlowNode | DiskFlowNode;

const GROUP_ICONS = { physical: ServerIcon, virtual: VirtualMachineIcon, either: RandomIcon } as const;

function GroupBox({ data: { node, problems } }: NodeProps<GroupFlowNode>) {
  const { data, name } = node;
  const kind = data.kind === "physical" || data.kind === "virtual" ? data.kind : "either";
  const Icon = GROUP_ICONS[kind];
  const disks = isList(data.disks) ? data.disks.filter(isObject) : [];
  return (
    <div className={`designer-node designer-node--group designer-node--${kind}`}>
      <Handle
        type="target"
        position={Position.Top}
        id="disks"
        isConnectable={false}
        className="designer-handle--quiet"
      />
      <div className="designer-node__head">
        <Icon aria-hidden="true" />
        <span className="designer-node__name">{name === "" ? "no name" : name}</span>
        <ProblemMark problems={problems} />
      </div>
      <div>{countWords(data)}</div>
      <div className="designer-node__facts">{sizeWords(data)}</div>
      <div className="designer-node__facts">
        {String(data.image ?? "no image")}
        {disks.map((disk) => ` · ${String(disk.size ?? "")}`).join("")}
      </div>
      <Handle type="source" position={Position.Bottom} id="networks" className="designer-handle" />
    </div>
  );
}

function NetworkBox({ data: { node, problems } }: NodeProps<NetworkFlowNode>) {
  return (
    <div className="designer-node designer-node--network">
      <Handle type="target" position={Position.Top} id="groups" className="designer-handle" />
      <div className="designer-node__head">
        <NetworkWiredIcon aria-hidden="true" />
        <span className="designer-node__name">{node.name}</span>
        <ProblemMark problems={problems} />
      </div>
    </div>
  );
}

function DiskBox({ data: { node, problems } }: NodeProps<DiskFlowNode>) {
  const isShared = node.data.role === "shared";
  const Icon = isShared ? DatabaseIcon : HddIcon;
  return (
    <div className="designer-node designer-node--disk">
      <div className="designer-node__head">
        <Icon aria-hidden="true" />
        <span className="designer-node__name">{node.name}</span>
        <ProblemMark problems={problems} />
      </div>
      <div className="designer-node__facts">
        {String(node.data.size ?? "no size")}
        {isShared ? " · shared" : ""}
      </div>
      <Handle
        type="source"
        position={Position.Bottom}
        id="group"
        isConnectable={false}
        className="designer-handle--quiet"
      />
    </div>
  );
}

function ProblemMark({ problems }: { readonly problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <span className="designer-node__mark" title={problems.join("\n")}>
      <ExclamationCircleIcon aria-hidden="true" />
    </span>
  );
}

/** By names of our own: React Flow has a look for those that it calls group. */
export const NODE_TYPES = { servers: GroupBox, segment: NetworkBox, volume: DiskBox };
export const TYPE_OF = { group: "servers", network: "segment", disk: "volume" } as const;
