/** One undo history for all views: of the document's text, as that is what all of them show. */
export interface History {
  readonly past: readonly string[];
  readonly text: string;
  readonly future: readonly string[];
  /** What the last step was and when, so that a word that is typed is one step and not five. */
  readonly last: { readonly tag: string; readonly atMs: number } | null;
}

const MAX_STEPS = 200;
const SAME_STEP_MS = 1_000;

export function historyOf(text: string): History {
  return { past: [], text, future: [], last: null };
}

/** `tag` names what is being changed: changes of the same thing in quick succession are one step. Null never merges. */
export function withStep(history: History, text: string, step: { tag: string | null; atMs: number }): History {
  if (text === history.text) return history;
  const { last } = history;
  const isSame = last !== null && last.tag === step.tag && step.atMs - last.atMs < SAME_STEP_MS;
  const past = isSame ? history.past : [...history.past, history.text].slice(-MAX_STEPS);
  return { past, text, future: [], last: step.tag === null ? null : { tag: step.tag, atMs: step.atMs } };
}

export function undone(history: History): History {
  const text = history.past.at(-1);
  if (text === undefined) return history;
  return { past: history.past.slice(0, -1), text, future: [history.text, ...history.future], last: null };
}

export function redone(history: History): History {
  const [text, ...future] = history.future;
  if (text === undefined) return history;
  return { past: [...history.past, history.text], text, future, last: null };
}
