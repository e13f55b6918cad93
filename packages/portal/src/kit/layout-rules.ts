/** One box of a picture: a group of servers, with the networks that it is wired to. */
export interface LayoutGroup {
  readonly name: string;
  readonly networks: readonly string[];
  readonly height: number;
}

export interface LayoutBox {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A network: a line below all groups. */
export interface LayoutBus {
  readonly name: string;
  readonly y: number;
  readonly fromX: number;
  readonly toX: number;
}

export interface LayoutWire {
  readonly group: string;
  readonly network: string;
  readonly x: number;
  readonly fromY: number;
  readonly toY: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly LayoutBox[];
  readonly buses: readonly LayoutBus[];
  readonly wires: readonly LayoutWire[];
}

export interface LayoutMetrics {
  readonly boxWidth: number;
  readonly gap: number;
  readonly busGap: number;
  readonly margin: number;
}

/**
 * Groups stand side by side on one line, networks run below them, and each group has one wire to each of its networks.
 * Boxes are aligned at their feet, so that wires never run through one.
 */
export function layoutOf(
  groups: readonly LayoutGroup[],
  networks: readonly string[],
  { boxWidth, gap, busGap, margin }: LayoutMetrics,
): Layout {
  const tallest = Math.max(0, ...groups.map((group) => group.height));
  const width = margin * 2 + groups.length * boxWidth + Math.max(0, groups.length - 1) * gap;
  const foot = margin + tallest;
  const boxes = groups.map((group, i) => ({
    name: group.name,
    x: margin + i * (boxWidth + gap),
    y: foot - group.height,
    width: boxWidth,
    height: group.height,
  }));
  const busY = new Map(networks.map((name, i) => [name, foot + busGap * (i + 1)]));
  const buses = networks.map((name) => ({ name, y: busY.get(name) ?? foot, fromX: margin, toX: width - margin }));
  const wires = groups.flatMap((group, i) => {
    const box = boxes[i];
    const joined = networks.filter((name) => group.networks.includes(name));
    return joined.map((network, k) => ({
      group: group.name,
      network,
      x: (box?.x ?? 0) + (boxWidth * (k + 1)) / (joined.length + 1),
      fromY: foot,
      toY: busY.get(network) ?? foot,
    }));
  });
  return { width, height: foot + busGap * networks.length + margin, boxes, buses, wires };
}

/** All networks of a template, in the order in which they are declared or first named. */
export function networksOf(
  declared: readonly string[],
  groups: readonly { readonly nics: readonly { readonly network: string }[] }[],
): string[] {
  return [...new Set([...declared, ...groups.flatMap((group) => group.nics.map((nic) => nic.network))])];
}
