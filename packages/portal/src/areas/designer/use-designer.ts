import { elementAt } from "@berth/sdk/draft-edit.ts";
import { type Graph, graphOf } from "@berth/sdk/graph.ts";
import type { Json, Path } from "@berth/sdk/json.ts";
import type { TextProblem } from "@berth/sdk/text-problem.ts";
import { patchYaml } from "@berth/sdk/yaml-patch.ts";
import { readYaml } from "@berth/sdk/yaml-text.ts";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { dropDraft, writeDraft } from "./draft-store.ts";
import { type History, historyOf, redone, undone, withStep } from "./history-rules.ts";
import { type Lamp, lampOf, linesAt } from "./lamp-rules.ts";

export interface Start {
  /** The address's name, under which the draft is kept. */
  readonly key: string;
  /** What is shown at first: a draft, or the saved text. */
  readonly text: string;
  readonly savedText: string;
  /** The version that is edited; 0 for one that was never saved. */
  readonly base: number;
}

/** One document and everything that is known of it: all views of the designer show this. */
export interface Designer {
  readonly text: string;
  /** What the text says; what it said last, while it can't be read. */
  readonly value: Json;
  readonly graph: Graph;
  readonly syntax: readonly TextProblem[];
  readonly base: number;
  readonly isDirty: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly lamp: Lamp;
  /** Element → what is wrong with it. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
  readonly price: OutputOf<"validateTemplate">["price"];
  readonly selected: string | null;
  select(id: string | null): void;
  /** Changes the document by one step; `tag` joins steps that follow each other quickly. */
  edit(change: (draft: Json) => Json, tag?: string): void;
  write(text: string, tag?: string): void;
  undo(): void;
  redo(): void;
  /** What is shown now is saved as that version. */
  saved(text: string, version: number): void;
  /** Goes on upon another version than it began with. */
  rebase(version: number): void;
  elementOf(path: Path): string | null;
}

const CHECK_AFTER_MS = 250;
const LEASE_DAYS = 30;

export function useDesigner(start: Start): Designer {
  const [history, setHistory] = useState<History>(() => historyOf(start.text));
  const [savedText, setSavedText] = useState(start.savedText);
  const [base, setBase] = useState(start.base);
  const [selected, select] = useState<string | null>(null);
  const { text } = history;
  const read = useMemo(() => readYaml(text), [text]);
  const lastValue = useRef<Json>(null);
  if ("value" in read) lastValue.current = read.value;
  const value = lastValue.current;
  const syntax = "problems" in read ? read.problems : NONE;
  const graph = useMemo(() => graphOf(value), [value]);
  const isDirty = text !== savedText;
  const checked = useChecked(text, syntax.length === 0);
  const lamp = useMemo(() => lampOf(syntax, checked), [syntax, checked]);
  const elementOf = useMemo(() => (path: Path) => elementAt(value, path), [value]);
  const problems = useMemo(() => linesAt(lamp.lines, elementOf), [lamp, elementOf]);

  useEffect(() => {
    if (isDirty) writeDraft(start.key, { text, base, savedAt: new Date().toISOString() });
    else dropDraft(start.key);
  }, [start.key, text, base, isDirty]);

  const step = (next: string, tag?: string) =>
    setHistory((now) => withStep(now, next, { tag: tag ?? null, atMs: Date.now() }));
  return {
    text,
    value,
    graph,
    syntax,
    base,
    isDirty,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    lamp,
    problems,
    price: checked?.price ?? null,
    selected,
    select,
    edit(change, tag) {
      // While the text can't be read, what is drawn is not what it says: nothing may be written over it.
      setHistory((now) => {
        const seen = readYaml(now.text);
        if ("problems" in seen) return now;
        return withStep(now, patchYaml(now.text, change(seen.value)), { tag: tag ?? null, atMs: Date.now() });
      });
    },
    write: step,
    undo: () => setHistory(undone),
    redo: () => setHistory(redone),
    saved(saved, version) {
      setSavedText(saved);
      setBase(version);
    },
    rebase: setBase,
    elementOf,
  };
}

const NONE: readonly TextProblem[] = [];

/** What Berth says about the text, a moment after the last change. */
function useChecked(text: string, isReadable: boolean) {
  const [asked, setAsked] = useState(text);
  const deferred = useDeferredValue(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(deferred), CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [deferred]);
  const input = { body: { document: asked === "" ? " " : asked, days: LEASE_DAYS } };
  const { data } = useApi("validateTemplate", input, { keepLast: true, enabled: isReadable });
  return data;
}
