export interface Notes {
  /** What it is, paragraph by paragraph. */
  readonly about: readonly string[];
  /** For which load it is meant: the paragraph that begins with "Sizing:". */
  readonly sizing: string | null;
}

const SIZING = /^(?:sizing|load):\s*/i;

/** A designer's notes, with the rule for its size told apart. */
export function readNotes(notes: string | undefined): Notes {
  const paragraphs = (notes ?? "")
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
  const sizing = paragraphs.find((paragraph) => SIZING.test(paragraph));
  return {
    about: paragraphs.filter((paragraph) => paragraph !== sizing),
    sizing: sizing?.replace(SIZING, "") ?? null,
  };
}

/** As much of a text as there is room for, ending with a whole word. */
export function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), most / 2))}…`;
}
