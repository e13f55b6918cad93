import { clientConfig } from "../commands/client-config.ts";
import { isListOfObjects, renderDetail } from "./detail.ts";
import { renderTable } from "./table.ts";
import { clean, painter, valueAt } from "./text.ts";

export interface AnswerOptions {
  readonly columns: readonly string[];
  readonly json: boolean;
  /** It is a page of a list, and there may be more. */
  readonly isList: boolean;
  /** A text of it that is all that is printed. */
  readonly prints?: string | undefined;
}

/** Prints what a route answered: a table for `items`, else its fields. */
export function printAnswer(answer: unknown, options: AnswerOptions): void {
  if (options.json) {
    console.log(JSON.stringify(answer));
    return;
  }
  if (options.prints !== undefined) {
    printText(String(valueAt(answer, options.prints) ?? ""));
    return;
  }
  const paint = painter(isColorful(process.stdout));
  const width = process.stdout.isTTY ? process.stdout.columns : null;
  const items = itemsOf(answer);
  if (items === null) {
    const text = renderDetail(answer, { columns: options.columns, paint, width });
    if (text !== "") console.log(text);
    return;
  }
  if (items.length === 0) {
    console.error("none");
    return;
  }
  const columns = options.columns.length > 0 ? options.columns : Object.keys(items[0] ?? {});
  const isTable = !items.some((item) => columns.some((column) => isListOfObjects(valueAt(item, column))));
  const each = (item: object) => renderDetail(item, { columns, paint, width });
  console.log(isTable ? renderTable(items, { columns, paint, width }) : items.map(each).join("\n\n"));
  const next = (answer as { next?: unknown }).next;
  if (options.isList && typeof next === "string") {
    console.error(`There is more: --cursor ${next} for the next page, --all for everything`);
  }
}

/** To a file or program as it came; a terminal must not be told what to do by it. */
function printText(text: string): void {
  process.stdout.write(process.stdout.isTTY ? clean(text) : text);
  if (process.stdout.isTTY && !text.endsWith("\n")) process.stdout.write("\n");
}

export function isColorful(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && clientConfig.isColorWanted;
}

function itemsOf(answer: unknown): readonly object[] | null {
  const items = (answer as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? items : null;
}
