import { Checkbox, Spinner } from "@patternfly/react-core";
import { SortAmountDownAltIcon } from "@patternfly/react-icons/dist/esm/icons/sort-amount-down-alt-icon.js";
import { SortAmountDownIcon } from "@patternfly/react-icons/dist/esm/icons/sort-amount-down-icon.js";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, useEffect, useRef } from "react";
import { type Column, columnText } from "./list-types.ts";

const ROW_PX = 41;
/** Narrower than this a column says nothing: the table scrolls sideways instead. The gap is that of app.css. */
const MIN_REM = 5;
const GAP_REM = 0.75;
const SELECT_REM = 2;
/** How near to the end the next page is asked for. */
const AHEAD_ROWS = 40;

export interface ListTableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  /** Rows, and headings of groups between them. */
  readonly rows: readonly TableRow<T>[];
  readonly rowHref?: (item: T) => string;
  readonly sort: string | null;
  readonly onSort: (sort: string) => void;
  readonly selected: ReadonlySet<string> | null;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
}

export type TableRow<T> =
  | { readonly kind: "item"; readonly id: string; readonly item: T }
  | { readonly kind: "group"; readonly id: string; readonly name: string; readonly count: number };

/** A table that draws only the rows that are seen, however many there are. */
export function ListTable<T>(props: ListTableProps<T>) {
  const { label, columns, rows, selected, hasMore, isLoadingMore, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    getItemKey: (i) => rows[i]?.id ?? i,
  });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && last >= rows.length - AHEAD_ROWS) onMore();
  }, [hasMore, isLoadingMore, last, rows.length, onMore]);
  const template = [
    ...(selected === null ? [] : [`${SELECT_REM}rem`]),
    ...columns.map((column) => `minmax(${MIN_REM}rem, ${column.width ?? 1}fr)`),
  ].join(" ");
  const minRem = columns.length * (MIN_REM + GAP_REM) + GAP_REM + (selected === null ? 0 : SELECT_REM + GAP_REM);

  return (
    <div
      className="berth-table"
      role="table"
      aria-label={label}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard (WCAG 2.1.1)
      tabIndex={0}
      style={{ "--berth-columns": template, "--berth-columns-min": `${minRem}rem` } as CSSProperties}
    >
      <HeadRow {...props} />
      <div role="rowgroup" className="berth-table__body" style={{ height: virtual.getTotalSize() }}>
        {seen.map(({ key, index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={key}
              role="row"
              tabIndex={-1}
              aria-rowindex={index + 2}
              className={row.kind === "group" ? "berth-table__row berth-table__row--group" : "berth-table__row"}
              style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
            >
              {row.kind === "group" ? (
                <div role="cell" className="berth-table__group">
                  {row.name} <span className="berth-muted">{row.count}</span>
                </div>
              ) : (
                <Cells {...props} row={row} />
              )}
            </div>
          );
        })}
      </div>
      {isLoadingMore && <Spinner size="md" aria-label="Loading more" className="berth-table__more" />}
    </div>
  );
}

function HeadRow<T>({ columns, rows, selected, onSelect, sort, onSort }: ListTableProps<T>) {
  const ids = rows.filter((row) => row.kind === "item").map((row) => row.id);
  const isAll = selected !== null && ids.length > 0 && ids.every((id) => selected.has(id));
  const isSome = selected !== null && selected.size > 0;
  return (
    <div role="rowgroup" className="berth-table__head">
      <div role="row" tabIndex={-1} aria-rowindex={1} className="berth-table__row berth-table__row--head">
        {selected !== null && (
          <div role="columnheader" tabIndex={-1}>
            <Checkbox
              id="berth-select-all"
              aria-label="Select all that are loaded"
              isChecked={isAll ? true : isSome ? null : false}
              onChange={() => onSelect(isAll ? new Set() : new Set(ids))}
            />
          </div>
        )}
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />
        ))}
      </div>
    </div>
  );
}

function HeadCell<T>({
  column,
  sort,
  onSort,
}: {
  column: Column<T>;
  sort: string | null;
  onSort: (sort: string) => void;
}) {
  const isUp = column.sort !== undefined && sort === column.sort;
  const isDown = column.sort !== undefined && sort === `-${column.sort}`;
  return (
    <div role="columnheader" tabIndex={-1} aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"}>
      {column.sort === undefined ? (
        column.title
      ) : (
        <button
          type="button"
          className="berth-table__sort"
          onClick={() => onSort(isUp ? `-${column.sort}` : (column.sort ?? ""))}
        >
          {column.title} {isUp && <SortAmountDownAltIcon />}
          {isDown && <SortAmountDownIcon />}
        </button>
      )}
    </div>
  );
}

function Cells<T>({ columns, row, rowHref, selected, onSelect }: ListTableProps<T> & { row: { id: string; item: T } }) {
  const { id, item } = row;
  const toggle = () => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  return (
    <>
      {selected !== null && (
        <div role="cell">
          <Checkbox
            id={`berth-select-${id}`}
            aria-label={`Select ${columns[0] === undefined ? id : columnText(columns[0], item)}`}
            isChecked={selected.has(id)}
            onChange={toggle}
          />
        </div>
      )}
      {columns.map((column, i) => (
        <div role="cell" key={column.id} title={columnText(column, item)} className="berth-table__cell">
          {i === 0 && rowHref !== undefined ? <Link to={rowHref(item)}>{column.cell(item)}</Link> : column.cell(item)}
        </div>
      ))}
    </>
  );
}
