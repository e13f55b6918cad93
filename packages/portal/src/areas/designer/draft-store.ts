/** What somebody was drawing, kept in the browser so that a closed page or a lost connection loses nothing. */
export interface Draft {
  readonly text: string;
  /** The version that was edited; 0 for a new template. */
  readonly base: number;
  readonly savedAt: string;
}

/** In the address, in place of a name: no template can have it. */
export const NEW_TEMPLATE = "~new";

const keyOf = (name: string) => `berth.designer.${name}`;

export function readDraft(name: string): Draft | null {
  try {
    const draft: unknown = JSON.parse(localStorage.getItem(keyOf(name)) ?? "null");
    return isDraft(draft) ? draft : null;
  } catch {
    return null;
  }
}

export function writeDraft(name: string, draft: Draft): void {
  try {
    localStorage.setItem(keyOf(name), JSON.stringify(draft));
  } catch {
    // A full or forbidden storage: then the draft lives as long as the page.
  }
}

export function dropDraft(name: string): void {
  localStorage.removeItem(keyOf(name));
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { text, base, savedAt } = value as Record<string, unknown>;
  return typeof text === "string" && typeof base === "number" && typeof savedAt === "string";
}
