/** What one line of a pasted table or CSV file asks for, as `POST /v1/machines/bulk` takes it. */
export interface MachineWish {
  readonly name: string;
  readonly site: string;
  readonly enclosure?: string;
  readonly bay?: number;
  readonly provider: string;
  readonly systemId?: string;
  readonly settings: Record<string, unknown>;
}

export interface LineProblem {
  /** As in the text, from 1. */
  readonly line: number;
  readonly message: string;
}

export interface ParsedTable {
  readonly items: readonly MachineWish[];
  readonly problems: readonly LineProblem[];
}

const OWN_COLUMNS = ["name", "site", "enclosure", "bay", "provider", "systemId"] as const;
const NEEDED = ["name", "site", "provider"] as const;
/** What one call takes. */
const MOST_MACHINES = 500;

export const EXAMPLE = `name,site,enclosure,bay,provider,endpoint,username,password,tls.mode,tls.sha256
blade-1,berlin,rack-7,1,redfish,https://10.0.0.11,berth,secret,pin,2f0c…
blade-2,berlin,rack-7,2,redfish,https://10.0.0.12,berth,secret,verify,`;

/**
 * Reads a table with a head line: comma, semicolon or tab between the columns, quotes as in RFC 4180. Columns that are
 * none of a machine's own are its provider's settings; `tls.mode` goes into `tls`. Empty cells are not given.
 */
export function parseMachines(text: string): ParsedTable {
  const rows = readTable(text);
  const [head, ...rest] = rows;
  if (head === undefined) return { items: [], problems: [] };
  const columns = head.cells.map((cell) => cell.trim());
  const missing = NEEDED.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    return {
      items: [],
      problems: [
        { line: head.line, message: `the first line must name the columns; there is no ${missing.join(", ")}` },
      ],
    };
  }
  const problems: LineProblem[] = [];
  const items: MachineWish[] = [];
  const lineOf = new Map<string, number>();
  for (const { line, cells } of rest) {
    const read = readRow(columns, cells);
    const taken = typeof read === "string" ? undefined : lineOf.get(read.name);
    if (typeof read === "string") problems.push({ line, message: read });
    else if (taken !== undefined) problems.push({ line, message: `${read.name} is in line ${taken} already` });
    else {
      lineOf.set(read.name, line);
      items.push(read);
    }
  }
  if (items.length > MOST_MACHINES) {
    problems.push({
      line: rows.at(-1)?.line ?? 1,
      message: `at most ${MOST_MACHINES} machines at once; these are ${items.length}`,
    });
  }
  return { items, problems };
}

/** A machine, or what is wrong with the line. */
function readRow(columns: readonly string[], cells: readonly string[]): MachineWish | string {
  if (cells.length > columns.length) return `has ${cells.length} cells, and there are ${columns.length} columns`;
  const filled = columns.map((column, i) => [column, (cells[i] ?? "").trim()] as const);
  const given = new Map(filled.filter(([, cell]) => cell !== ""));
  const missing = NEEDED.filter((column) => !given.has(column));
  if (missing.length > 0) return `has no ${missing.join(", ")}`;
  const bay = given.get("bay");
  if (bay !== undefined && !/^[1-9]\d{0,3}$/.test(bay)) return `bay "${bay}" is no number of a bay`;
  const settings: Record<string, unknown> = {};
  for (const [column, value] of given) {
    if (!(OWN_COLUMNS as readonly string[]).includes(column)) setPath(settings, column.split("."), value);
  }
  const text = (column: string) => given.get(column) ?? "";
  const enclosure = given.get("enclosure");
  const systemId = given.get("systemId");
  return {
    name: text("name"),
    site: text("site"),
    provider: text("provider"),
    ...(enclosure === undefined ? {} : { enclosure }),
    ...(bay === undefined ? {} : { bay: Number(bay) }),
    ...(systemId === undefined ? {} : { systemId }),
    settings,
  };
}

function setPath(target: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: string): void {
  if (key === "__proto__") return;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const known = target[key];
  const inner = typeof known === "object" && known !== null ? (known as Record<string, unknown>) : {};
  target[key] = inner;
  setPath(inner, rest, value);
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** RFC 4180, with whichever of comma, semicolon or tab the first line has; empty lines are passed over. */
function readTable(text: string): Row[] {
  const firstLine = text.split(/\r?\n/, 1)[0] ?? "";
  const separator = ["\t", ";"].find((candidate) => firstLine.includes(candidate)) ?? ",";
  const rows: Row[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let line = 1;
  let startedAt = 1;
  const endRow = () => {
    cells.push(cell);
    if (cells.some((one) => one.trim() !== "")) rows.push({ line: startedAt, cells });
    cells = [];
    cell = "";
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (char === "\n") line += 1;
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else isQuoted = false;
    } else if (char === '"' && cell.trim() === "") {
      cell = "";
      isQuoted = true;
    } else if (char === separator) {
      cells.push(cell);
      cell = "";
    } else if (char === "\n") {
      endRow();
      startedAt = line;
    } else if (char !== "\r") cell += char;
  }
  endRow();
  return rows;
}
