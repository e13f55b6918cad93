import type { AnyInput } from "@berth/api/client.ts";
import type { ReactNode } from "react";
import type { OperationName } from "../api/client.ts";

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  readonly cell: (item: T) => ReactNode;
  /** For CSV, for grouping, and as the tooltip of what does not fit. Without it, the item's field named `id`. */
  readonly text?: (item: T) => string;
  /** The API's sort field, where it can sort by this. */
  readonly sort?: string;
  /** Share of the width; 1 if not given. */
  readonly width?: number;
  /** Not shown until it is asked for. */
  readonly isExtra?: boolean;
}

export interface BulkAction<T> {
  readonly verb: string;
  readonly label: string;
  readonly operation: OperationName;
  readonly input: (item: T) => AnyInput;
  readonly danger?: boolean;
  readonly kept?: ReactNode;
  readonly lost?: ReactNode;
  /** Why not with this one; without it, what the item's `allowed` and `refused` say. */
  readonly reason?: (item: T) => string | null;
}

export function columnText<T>(column: Column<T>, item: T): string {
  if (column.text !== undefined) return column.text(item);
  const value = (item as Record<string, unknown>)[column.id];
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
