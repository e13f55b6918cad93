import { remove, rename } from "@berth/sdk/draft-edit.ts";
import type { GraphNode } from "@berth/sdk/graph.ts";
import { Alert, Button, Form } from "@patternfly/react-core";
import { ConnectMenu } from "./connect-menu.tsx";
import { NameField } from "./name-field.tsx";
import { NicList } from "./nic-list.tsx";
import { nameOf } from "./node-words.ts";
import { PartFields } from "./part-fields.tsx";
import { FIELDS } from "./schema-fields.ts";
import type { Designer } from "./use-designer.ts";

export interface PropertiesProps {
  readonly designer: Designer;
  readonly knownNetworks: readonly string[];
}

/** What is chosen on the canvas, as a form; the template itself when nothing is. */
export function Properties({ designer, knownNetworks }: PropertiesProps) {
  const { graph, selected, edit, select } = designer;
  const node = graph.nodes.find(({ id }) => id === selected);
  const wire = graph.wires.find(({ id }) => id === selected);
  if (wire !== undefined) {
    return (
      <Panel title={`${nameOf(graph, wire.group)} to ${nameOf(graph, wire.network)}`} onRemove={() => take(wire.id)}>
        <PartFields designer={designer} path={wire.path} fields={FIELDS.nic} />
        <Button variant="link" isInline onClick={() => select(wire.group)}>
          Order and primary interface: see {nameOf(graph, wire.group)}
        </Button>
      </Panel>
    );
  }
  if (node === undefined) {
    return (
      <Panel title="The template">
        <PartFields designer={designer} path={["metadata"]} fields={FIELDS.metadata} />
        <PartFields designer={designer} path={["spec"]} fields={FIELDS.spec} />
      </Panel>
    );
  }
  const problems = designer.problems.get(node.id) ?? [];
  return (
    <Panel title={`${TITLES[node.kind]} ${node.name}`} onRemove={() => take(node.id)}>
      {problems.length > 0 && <Alert variant="danger" isInline isPlain title={problems.join(". ")} component="p" />}
      <NameField
        label="Name"
        value={node.name}
        known={node.kind === "network" ? knownNetworks : []}
        problems={[]}
        onRename={(name) => {
          edit((draft) => rename(draft, node.id, name));
          select(idAfter(node, graph.nodes, name));
        }}
      />
      {node.kind === "group" && <PartFields designer={designer} path={node.path} fields={FIELDS.group} />}
      {node.kind === "group" && <NicList designer={designer} node={node} />}
      {node.kind === "disk" && <PartFields designer={designer} path={node.path} fields={FIELDS.disk} />}
      {node.kind === "network" && <ConnectMenu designer={designer} node={node} />}
    </Panel>
  );

  function take(id: string) {
    edit((draft) => remove(draft, id));
    select(null);
  }
}

const TITLES = { group: "Servers", network: "Network", disk: "Disk" } as const;

function idAfter(node: GraphNode, nodes: readonly GraphNode[], name: string): string {
  if (node.kind !== "disk") return `${node.kind}:${name}`;
  return `disk:${nodes.find(({ id }) => id === node.group)?.name ?? ""}/${name}`;
}

interface PanelProps {
  readonly title: string;
  readonly onRemove?: () => void;
  readonly children: React.ReactNode;
}

function Panel({ title, onRemove, children }: PanelProps) {
  return (
    <section className="designer-properties" aria-label="Properties">
      <div className="designer-properties__head">
        <h2 className="designer-side-title">{title}</h2>
        {onRemove !== undefined && (
          <Button variant="link" isInline isDanger onClick={onRemove}>
            Remove
          </Button>
        )}
      </div>
      <Form onSubmit={(event) => event.preventDefault()}>{children}</Form>
    </section>
  );
}
