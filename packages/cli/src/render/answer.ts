import { clientConfig } from "../commands/client-config.ts";
import { renderDetail } from "./detail.ts";
import { renderTable } from "./table.ts";
import { painter } from "./text.ts";

export interface AnswerOptions {
  readonly columns: readonly string[];
  readonly json: boolean;
  /** It is a page of a list, and there may be more. */
  readonly isList: boolean;
}

/** Prints what a route answered: a table for `items`, else its fields. */
export function printAnswer(answer: unknown, options: AnswerOptions): void {
  if (options.json) {
    console.log(JSON.stringify(answer));
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
  console.log(renderTable(items, { columns, paint, width }));
  const next = (answer as { next?: unknown }).next;
  if (options.isList && typeof next === "string") {
    console.error(`There is more: --cursor ${next} for the next page, --all for everything`);
  }
}

export function isColorful(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && clientConfig.isColorWanted;
}

function itemsOf(answer: unknown): readonly object[] | null {
  const items = (answer as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? items : null;
}
