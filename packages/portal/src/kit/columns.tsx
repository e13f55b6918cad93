import type { ReactNode } from "react";
import { ObjectLink } from "./link.tsx";
import type { Column } from "./list-types.ts";
import type { ObjectKind } from "./paths.ts";
import { When } from "./when.tsx";

/** Columns that many lists have. */
export function nameColumn<T extends { name: string }>(kind: ObjectKind): Column<T> {
  return { id: "name", title: "Name", sort: "name", cell: ({ name }) => <ObjectLink kind={kind} id={name} /> };
}

export function textColumn<T>(id: string, title: string, of: (item: T) => string | null, isExtra = false): Column<T> {
  return { id, title, isExtra, cell: (item) => of(item) ?? <Dash />, text: (item) => of(item) ?? "" };
}

export function numberColumn<T>(id: string, title: string, of: (item: T) => number | null): Column<T> {
  const text = (item: T) => of(item)?.toLocaleString("en") ?? "";
  return { id, title, width: 0.6, cell: (item) => text(item) || <Dash />, text };
}

export function createdColumn<T extends { createdAt: string }>(): Column<T> {
  return {
    id: "createdAt",
    title: "Created",
    sort: "createdAt",
    isExtra: true,
    cell: ({ createdAt }) => <When at={createdAt} />,
  };
}

export function Dash(): ReactNode {
  return <span className="berth-muted">–</span>;
}
