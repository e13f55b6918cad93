import { connect, isConnected, move, remove } from "@berth/sdk/draft-edit.ts";
import type { Position } from "@berth/sdk/graph.ts";
import {
  applyNodeChanges,
  Background,
  type Connection,
  ConnectionMode,
  Controls,
  type Edge,
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type DragEvent, useEffect, useMemo, useRef, useState } from "react";
import { type FlowNode, NODE_TYPES, TYPE_OF } from "./canvas-nodes.tsx";
import { nodeLabel, wireLabel } from "./node-words.ts";
import { PART_TYPE } from "./palette.tsx";
import { nextStep, type PartKind } from "./parts.ts";
import { placesOf } from "./place-rules.ts";
import type { Designer } from "./use-designer.ts";

export interface CanvasProps {
  readonly designer: Designer;
  /** How often everything was laid out anew. */
  readonly layouts: number;
  readonly onDrop: (kind: PartKind, at: Position) => void;
}

/** The drawing: boxes and wires of the document. It keeps nothing of its own but where a box is while it is dragged. */
export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

const NO_PROBLEMS: readonly string[] = [];

function Drawing({ designer, layouts, onDrop }: CanvasProps) {
  const { graph, problems, selected } = designer;
  const flow = useReactFlow();
  const drawn = useMemo(() => flowNodes({ graph, problems, selected }), [graph, problems, selected]);
  const [nodes, setNodes] = useState<FlowNode[]>(drawn);
  useEffect(() => setNodes((now) => withMeasures(drawn, now)), [drawn]);
  const edges = useMemo(() => flowEdges({ graph, problems, selected }), [graph, problems, selected]);
  const isMoved = useRef(false);
  const shape = graph.nodes.map((node) => node.id).join(" ");
  const room = useStore(({ width, height }) => `${width} ${height}`);
  // Whatever is added shall be seen, and all of it when there is more room or less; what is moved stays where the eye is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what else changes is no reason to move the picture
  useEffect(() => {
    const timer = setTimeout(() => void flow.fitView({ maxZoom: 1, padding: 0.15, duration: 150 }), 50);
    return () => clearTimeout(timer);
  }, [shape, room, layouts, flow]);

  const chooseFrom = (changes: readonly (NodeChange<FlowNode> | EdgeChange)[]) => {
    const chosen = changes.find((change) => change.type === "select" && change.selected);
    if (chosen?.type === "select") designer.select(chosen.id);
  };
  const onNodesChange = (changes: NodeChange<FlowNode>[]) => {
    chooseFrom(changes);
    setNodes((now) =>
      applyNodeChanges(
        changes.filter(({ type }) => type !== "remove" && type !== "select"),
        now,
      ),
    );
    // The keyboard moves without dragging: each push of an arrow key is written down at once.
    const pushed = changes.flatMap((change) =>
      change.type === "position" && change.position !== undefined && change.dragging === false && !isMoved.current
        ? [[change.id, change.position] as const]
        : [],
    );
    if (pushed.length > 0) designer.edit((draft) => move(draft, new Map(pushed)), "move");
  };
  const wish = (connection: Connection | Edge) => endsOf(designer, connection.source, connection.target);
  const step = nextStep(graph);
  return (
    <section className="designer-canvas" aria-label="Drawing">
      <ReactFlow<FlowNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onNodeDragStart={() => {
          isMoved.current = true;
        }}
        onNodeDragStop={(_event, _node, dragged) => {
          isMoved.current = false;
          const places = new Map(dragged.map(({ id, position }) => [id, position]));
          designer.edit((draft) => move(draft, places));
        }}
        onNodeClick={(_event, { id }) => designer.select(id)}
        onEdgeClick={(_event, { id }) => designer.select(id)}
        onPaneClick={() => designer.select(null)}
        onEdgesChange={chooseFrom}
        onConnect={(connection) => {
          const ends = wish(connection);
          if (ends !== null) designer.edit((draft) => connect(draft, ends.group, ends.network));
        }}
        isValidConnection={(connection) => {
          const ends = wish(connection);
          return ends !== null && !isConnected(designer.value, ends.group, ends.network);
        }}
        connectionMode={ConnectionMode.Loose}
        connectionRadius={40}
        deleteKeyCode={null}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event: DragEvent) => {
          event.preventDefault();
          const kind = event.dataTransfer.getData(PART_TYPE);
          if (kind === "") return;
          // The palette puts nothing else in.
          onDrop(kind as PartKind, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
        }}
        onKeyDown={(event) => {
          if ((event.key !== "Delete" && event.key !== "Backspace") || selected === null) return;
          event.preventDefault();
          designer.edit((draft) => remove(draft, selected));
          designer.select(null);
        }}
        nodesFocusable
        edgesFocusable
        minZoom={0.2}
        maxZoom={1.5}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
      >
        <Background gap={24} className="designer-background" />
        <Controls showInteractive={false} position="bottom-left" aria-label="Zoom" />
      </ReactFlow>
      {step !== null && (
        <p className="designer-next" role="status">
          {step}
        </p>
      )}
    </section>
  );
}

/** A wire joins a group and a network, from whichever end it was drawn. */
function endsOf({ graph }: Designer, source: string, target: string) {
  const kindOf = (id: string) => graph.nodes.find((node) => node.id === id)?.kind;
  if (kindOf(source) === "group" && kindOf(target) === "network") return { group: source, network: target };
  if (kindOf(source) === "network" && kindOf(target) === "group") return { group: target, network: source };
  return null;
}

type Picture = Pick<Designer, "graph" | "problems" | "selected">;

function flowNodes({ graph, problems, selected }: Picture): FlowNode[] {
  const places = placesOf(graph);
  return graph.nodes.map((node) => {
    const wrong = problems.get(node.id) ?? NO_PROBLEMS;
    const flowNode = {
      id: node.id,
      type: TYPE_OF[node.kind],
      position: places.get(node.id) ?? { x: 0, y: 0 },
      selected: node.id === selected,
      className: wrong.length > 0 ? "designer-wrong" : "",
      ariaLabel: nodeLabel(node, graph, wrong),
      data: { node, problems: wrong },
    };
    // The type says which kind of node the data holds; both come from the same node.
    return flowNode as FlowNode;
  });
}

function flowEdges({ graph, problems, selected }: Picture): Edge[] {
  const wires = graph.wires.map((wire): Edge => {
    const wrong = problems.get(wire.id) ?? NO_PROBLEMS;
    return {
      id: wire.id,
      source: wire.group,
      sourceHandle: "networks",
      target: wire.network,
      targetHandle: "groups",
      selected: wire.id === selected,
      className: `${wrong.length > 0 ? "designer-wrong" : ""} ${wire.data.primary === true ? "designer-primary" : ""}`,
      ariaLabel: wireLabel(wire, graph, wrong),
      interactionWidth: 24,
    };
  });
  const disks = graph.nodes.flatMap((node): Edge[] =>
    node.kind === "disk"
      ? [
          {
            id: `belongs:${node.id}`,
            source: node.id,
            sourceHandle: "group",
            target: node.group,
            targetHandle: "disks",
            className: "designer-belongs",
            selectable: false,
            focusable: false,
          },
        ]
      : [],
  );
  return [...wires, ...disks];
}

/** What was measured of a box stays known, or it would blink at each change. */
function withMeasures(next: readonly FlowNode[], now: readonly FlowNode[]): FlowNode[] {
  const measured = new Map(now.map((node) => [node.id, node.measured]));
  return next.map((node) => {
    const measures = measured.get(node.id);
    return measures === undefined ? node : { ...node, measured: measures };
  });
}
