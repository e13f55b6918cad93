import {
  Document,
  isScalar,
  LineCounter,
  type Node,
  parse,
  parseAllDocuments,
  stringify,
  visit,
  type YAMLMap,
} from "yaml";
import type { Json } from "./json.ts";
import { MAX_TEXT_BYTES, type TextProblem } from "./text-problem.ts";

export type ReadText = { readonly value: Json } | { readonly problems: readonly TextProblem[] };

const MAX_ALIASES = 100;
const MAX_PROBLEMS = 20;
/** Nothing is broken into lines. Quoted texts are as in JSON: yaml 2.9 folds some into what it reads differently. */
export const AS_TEXT = { lineWidth: 0, doubleQuotedAsJSON: true } as const;

/** What a text says, or why it is no YAML. Whether it is a valid template is the API's to say. */
export function readYaml(text: string): ReadText {
  const parsed = parseOne(text);
  if ("problems" in parsed) return parsed;
  try {
    return { value: parsed.document.toJS({ maxAliasCount: MAX_ALIASES }) as Json };
  } catch {
    return { problems: [{ message: `the aliases unfold to more than ${MAX_ALIASES}`, line: 1, column: 1 }] };
  }
}

/** A fresh text, without comments. */
export function writeYaml(value: Json): string {
  const document: Document<Node> = new Document(null);
  document.contents = nodeFor(document, value);
  return document.toString(AS_TEXT);
}

/**
 * A value as nodes of a document. Texts of several lines are blocks where a block says the same: yaml 2.9 writes some
 * that it reads differently, such as lines of nothing but blanks.
 */
export function nodeFor(document: Document<Node>, value: Json, place: "field" | "item" = "field"): Node {
  const node = document.createNode(value, { aliasDuplicateObjects: false });
  visit(node, {
    Map: (key, map) => {
      const isItem = typeof key === "number" || (map === node && place === "item");
      if (isShort(map) && (isItem || map.has("x"))) map.flow = true;
    },
    Scalar: (_key, scalar) => {
      const text = scalar.value;
      if (typeof text === "string" && text.includes("\n") && !outlivesBlock(text)) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return node;
}

const SHORT_FIELDS = 4;
const SHORT_TEXT = 40;

/** A disk, a NIC, a position: what reads best as `{ name: system, size: 6GiB, role: boot }` in a list. */
function isShort(map: YAMLMap): boolean {
  return (
    map.items.length > 0 &&
    map.items.length <= SHORT_FIELDS &&
    map.items.every(
      ({ value }) =>
        isScalar(value) && /^[^\n]*$/.test(String(value.value)) && String(value.value).length <= SHORT_TEXT,
    )
  );
}

function outlivesBlock(text: string): boolean {
  try {
    return (parse(stringify({ a: { b: text } }, { lineWidth: 0 })) as { a: { b: unknown } }).a.b === text;
  } catch {
    return false;
  }
}

/** One YAML 1.2 document with its comments. */
export function parseOne(text: string): { document: Document.Parsed } | { problems: readonly TextProblem[] } {
  if (text.length > MAX_TEXT_BYTES)
    return { problems: [{ message: `the text is longer than ${MAX_TEXT_BYTES / 1024} KiB`, line: 1, column: 1 }] };
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, version: "1.2", uniqueKeys: true, merge: false });
  if ("empty" in documents || documents[0]?.contents == null)
    return { problems: [{ message: "the text is empty", line: 1, column: 1 }] };
  const [document, second] = documents;
  if (second !== undefined)
    return { problems: [{ message: "a text holds one template, this one several", line: 1, column: 1 }] };
  const problems = [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS).map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const [words = error.message] = error.message.split("\n");
    return { message: words.replace(/ at line \d+, column \d+:?$/, ""), line, column: col };
  });
  return problems.length > 0 ? { problems } : { document };
}
