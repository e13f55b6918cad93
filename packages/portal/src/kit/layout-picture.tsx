import type { TemplateDocument } from "@berth/api/template-document.ts";
import { useId } from "react";
import type { z } from "zod";
import { type Layout, layoutOf, networksOf } from "./layout-rules.ts";
import "./layout-picture.css";

type Spec = z.output<typeof TemplateDocument>["spec"];

const SMALL = { boxWidth: 96, gap: 14, busGap: 18, margin: 8 };
const LARGE = { boxWidth: 190, gap: 28, busGap: 34, margin: 12 };
const BOX_HEIGHT = { small: 52, large: 96 };

export interface LayoutPictureProps {
  readonly title: string;
  readonly spec: Spec;
  readonly size?: "small" | "large";
}

/** What a template makes, as a picture: its groups, and the networks that they are wired to. */
export function LayoutPicture({ title, spec, size = "small" }: LayoutPictureProps) {
  const titleId = useId();
  const networks = networksOf(spec.networks ?? [], spec.groups);
  const groups = spec.groups.map((group) => ({
    name: group.name,
    networks: group.nics.map((nic) => nic.network),
    height: BOX_HEIGHT[size],
  }));
  const layout = layoutOf(groups, networks, size === "small" ? SMALL : LARGE);
  return (
    <svg
      className={`berth-layout berth-layout--${size}`}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      width={layout.width}
      height={layout.height}
      role="img"
      aria-labelledby={titleId}
    >
      <title id={titleId}>{`${title}: ${pictureWords(spec)}`}</title>
      <Cables layout={layout} />
      {spec.groups.map((group, i) => {
        const box = layout.boxes[i];
        if (box === undefined) return null;
        return <GroupBox key={group.name} group={group} box={box} size={size} />;
      })}
    </svg>
  );
}

/** Networks as lines with their names, and the wires of the groups down to them. */
export function Cables({ layout }: { readonly layout: Layout }) {
  return (
    <g>
      {layout.buses.map((bus, i) => (
        <g key={bus.name} className={`berth-layout__network berth-layout__network--${i % 4}`}>
          <line x1={bus.fromX} x2={bus.toX} y1={bus.y} y2={bus.y} />
          <text x={bus.toX} y={bus.y - 4} textAnchor="end">
            {bus.name}
          </text>
        </g>
      ))}
      {layout.wires.map((wire) => {
        const color = layout.buses.findIndex((bus) => bus.name === wire.network) % 4;
        return (
          <g key={`${wire.group}-${wire.network}`} className={`berth-layout__network berth-layout__network--${color}`}>
            <line x1={wire.x} x2={wire.x} y1={wire.fromY} y2={wire.toY} />
            <circle cx={wire.x} cy={wire.toY} r={3.5} />
          </g>
        );
      })}
    </g>
  );
}

type Box = Layout["boxes"][number];

function GroupBox({ group, box, size }: { group: Spec["groups"][number]; box: Box; size: "small" | "large" }) {
  const isLarge = size === "large";
  const middle = box.x + box.width / 2;
  return (
    <g className={`berth-layout__group berth-layout__group--${group.kind}`}>
      {group.count > 1 && <rect x={box.x + 4} y={box.y - 4} width={box.width} height={box.height} rx={6} />}
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={6} />
      <text className="berth-layout__name" x={middle} y={box.y + (isLarge ? 28 : 21)} textAnchor="middle">
        {shorten(group.name, isLarge ? 22 : 12)}
      </text>
      <text x={middle} y={box.y + (isLarge ? 48 : 37)} textAnchor="middle">
        {`${group.count} × ${group.kind}`}
      </text>
      {isLarge && (
        <>
          <text x={middle} y={box.y + 66} textAnchor="middle">
            {`${group.cores} ${group.cores === 1 ? "core" : "cores"}, ${group.memory}`}
          </text>
          <text x={middle} y={box.y + 84} textAnchor="middle">
            {shorten(group.disks.map((disk) => disk.size).join(" + "), 24)}
          </text>
        </>
      )}
    </g>
  );
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The picture for those who don't see it. */
function pictureWords(spec: Spec): string {
  return spec.groups
    .map(
      (group) => `${group.count} ${group.kind} ${group.name} on ${group.nics.map((nic) => nic.network).join(" and ")}`,
    )
    .join("; ");
}
