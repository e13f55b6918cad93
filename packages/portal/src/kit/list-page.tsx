import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { type ItemOf, routeOf } from "../api/queries.ts";
import { isLongList } from "../api/read-again.ts";
import { download } from "./download.ts";
import { Empty, type EmptyProps } from "./empty.tsx";
import { ListBulk } from "./list-bulk.tsx";
import { ListGroups } from "./list-groups.tsx";
import { type ListOperation, listKey, readWholeList, useList } from "./list-query.ts";
import { csvOf, filtersOf, groupRows, queryFrom } from "./list-rules.ts";
import { ListTable, type TableRow } from "./list-table.tsx";
import { ListToolbar } from "./list-toolbar.tsx";
import { type BulkAction, type Column, columnText } from "./list-types.ts";
import { useListViews } from "./list-views.ts";
import { type Crumb, Page } from "./page.tsx";
import { Loaded } from "./problem.tsx";

export interface ListPageProps<K extends ListOperation> {
  readonly title: string;
  readonly crumbs?: readonly Crumb[];
  readonly actions?: ReactNode;
  readonly operation: K;
  /** Always asked for, whatever the address says. */
  readonly query?: Readonly<Record<string, unknown>>;
  readonly columns: readonly Column<ItemOf<K>>[];
  /** Fields of the query that are offered at the left; all with a fixed set of values, if not given. */
  readonly filters?: readonly string[];
  /** Ids of columns by whose text rows may be grouped. */
  readonly groupBy?: readonly string[];
  readonly bulk?: readonly BulkAction<ItemOf<K>>[];
  readonly empty: EmptyProps;
  readonly rowHref?: (item: ItemOf<K>) => string;
  readonly rowId?: (item: ItemOf<K>) => string;
  /** Above the list: tabs, a notice. */
  readonly children?: ReactNode;
}

/** The one list: filter and order in the address, groups left, rows in the middle, tasks for the selection right. */
export function ListPage<K extends ListOperation>(props: ListPageProps<K>) {
  const { title, crumbs, actions, children } = props;
  return (
    <Page title={title} crumbs={crumbs} actions={actions} isFilled>
      {children}
      <List {...props} />
    </Page>
  );
}

const idOf = (item: unknown): string => (item as { id?: string; name?: string }).id ?? (item as { name: string }).name;

/** The list of a `ListPage`, for pages that hold more than a list. */
function List<K extends ListOperation>(props: ListPageProps<K>) {
  const { operation, title, columns, groupBy = [], bulk = [], rowHref, rowId = idOf, empty } = props;
  const route = routeOf(operation);
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const client = useQueryClient();
  const own = useListViews(operation);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  const query = { ...queryFrom(route, search), ...props.query };
  const list = useList(operation, query);
  const filters = filtersOf(route).filter(({ field }) =>
    props.filters === undefined ? props.query?.[field] === undefined : props.filters.includes(field),
  );
  const change = useCallback(
    (next: Record<string, unknown>, replace = false) => {
      void navigate({ to: ".", search: ((before: object) => ({ ...before, ...next })) as never, replace });
    },
    [navigate],
  );
  const onSearch = useCallback((text: string) => change({ search: text === "" ? undefined : text }, true), [change]);
  const { fetchNextPage } = list;
  const onMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  const shown = columns.filter((column) =>
    own.columns === null ? column.isExtra !== true : own.columns.includes(column.id),
  );
  const group = columns.find((column) => column.id === search.groupBy && groupBy.includes(column.id));
  const items = list.data?.items;
  const rows = useMemo(() => rowsOf(items ?? [], group, rowId), [items, group, rowId]);
  const chosen = (items ?? []).filter((item) => selected.has(rowId(item)));
  const nameOf = (item: ItemOf<K>) => (columns[0] === undefined ? rowId(item) : columnText(columns[0], item));
  const isFiltered = Object.keys(queryFrom(route, { ...search, sort: undefined })).length > 0;

  const isOutdated = list.isStale && isLongList(list.data?.pages ?? 0);
  const onReadAgain = () => void client.resetQueries({ queryKey: listKey(operation, query) });

  const onExport = async () => {
    const all = await readWholeList(operation, query);
    const cells = all.map((item) => shown.map((column) => columnText(column, item)));
    download(
      `${title.toLowerCase().replaceAll(" ", "-")}.csv`,
      csvOf(
        shown.map((one) => one.title),
        cells,
      ),
      "text/csv",
    );
  };

  return (
    <div className="berth-list">
      {filters.length > 0 && (
        <ListGroups filters={filters} chosen={search} onChoose={(field, value) => change({ [field]: value })} />
      )}
      <div className="berth-list__middle">
        <ListToolbar
          search={typeof search.search === "string" ? search.search : String(search.search ?? "")}
          onSearch={onSearch}
          groups={columns.filter(({ id }) => groupBy.includes(id))}
          groupBy={group?.id ?? null}
          onGroupBy={(id) => change({ groupBy: id ?? undefined })}
          columns={columns.map((column) => ({ id: column.id, title: column.title, isShown: shown.includes(column) }))}
          onColumns={own.showColumns}
          views={own.views}
          onView={(view) => void navigate({ to: ".", search: view.search as never })}
          onSaveView={(name) => own.saveView({ name, search })}
          onDropView={own.dropView}
          onExport={onExport}
          count={countText(items?.length ?? 0, list.hasNextPage)}
          onReadAgain={isOutdated ? onReadAgain : null}
        />
        <Loaded query={list as never}>
          {() =>
            rows.length > 0 ? (
              <ListTable
                label={title}
                columns={shown}
                rows={rows}
                rowHref={rowHref}
                sort={typeof search.sort === "string" ? search.sort : null}
                onSort={(sort) => change({ sort })}
                selected={bulk.length > 0 ? selected : null}
                onSelect={setSelected}
                hasMore={list.hasNextPage}
                isLoadingMore={list.isFetchingNextPage}
                onMore={onMore}
              />
            ) : isFiltered ? (
              <Empty title="Nothing matches" text="No entry fits the filter. Take a part of it away." />
            ) : (
              <Empty {...empty} />
            )
          }
        </Loaded>
      </div>
      {chosen.length > 0 && (
        <ListBulk selected={chosen} actions={bulk} nameOf={nameOf} onClear={() => setSelected(new Set())} />
      )}
    </div>
  );
}

function rowsOf<T>(items: readonly T[], group: Column<T> | undefined, rowId: (item: T) => string): TableRow<T>[] {
  const itemRow = (item: T): TableRow<T> => ({ kind: "item", id: rowId(item), item });
  if (group === undefined) return items.map(itemRow);
  return groupRows(items, (item) => columnText(group, item) || "–").flatMap(({ name, items: ones }) => [
    { kind: "group" as const, id: `group ${name}`, name, count: ones.length },
    ...ones.map(itemRow),
  ]);
}

function countText(loaded: number, hasMore: boolean): string {
  return `${loaded.toLocaleString("en")}${hasMore ? " and more" : ""}`;
}
