import { useState } from "react";
import { z } from "zod";

/** A list as somebody wants to find it again: what stands in the address, under a name. */
const View = z.object({ name: z.string(), search: z.record(z.string(), z.unknown()) });
export type View = z.infer<typeof View>;
const Kept = z.object({ views: z.array(View), columns: z.array(z.string()).nullable() });
type Kept = z.infer<typeof Kept>;

/** A person's own views and columns of a list, kept by this browser. */
export function useListViews(list: string) {
  const key = `berth-list:${list}`;
  const [kept, setKept] = useState<Kept>(() => read(key));
  const write = (next: Kept) => {
    setKept(next);
    localStorage.setItem(key, JSON.stringify(next));
  };
  return {
    views: kept.views,
    /** Null: those that the page shows by itself. */
    columns: kept.columns,
    saveView: (view: View) => write({ ...kept, views: [...kept.views.filter(({ name }) => name !== view.name), view] }),
    dropView: (name: string) => write({ ...kept, views: kept.views.filter((view) => view.name !== name) }),
    showColumns: (columns: readonly string[] | null) =>
      write({ ...kept, columns: columns === null ? null : [...columns] }),
  };
}

function read(key: string): Kept {
  try {
    return Kept.parse(JSON.parse(localStorage.getItem(key) ?? ""));
  } catch {
    return { views: [], columns: null };
  }
}
