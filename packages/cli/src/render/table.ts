import Table from "cli-table3";
import { formatValue, heading, type Paint, valueAt } from "./text.ts";

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

export interface TableOptions {
  readonly columns: readonly string[];
  readonly paint: Paint;
  /** Of the terminal; null where the output goes elsewhere, and nothing is cut. */
  readonly width: number | null;
}

/** Items as a table, one a line. */
export function renderTable(items: readonly unknown[], options: TableOptions): string {
  const { columns, paint, width } = options;
  const rows = items.map((item) => columns.map((column) => oneLine(formatValue(valueAt(item, column)))));
  const heads = columns.map(heading);
  const natural = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const table = new Table({
    head: heads.map((head) => paint("bold", head)),
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    ...(width === null ? {} : { colWidths: fitWidths(natural, width) }),
  });
  table.push(...rows);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const GAP = 2;
const NARROWEST = 8;

/** Takes from the widest column until all fit; what does not fit then runs over the edge. */
export function fitWidths(natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, w) => sum + w, 0) + GAP * (widths.length - 1);
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}
