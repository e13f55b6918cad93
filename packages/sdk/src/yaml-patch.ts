import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Pair,
  Scalar,
  visit,
} from "yaml";
import { isList, isObject, isSame, type Json } from "./json.ts";
import { AS_TEXT, nodeFor, parseOne, readYaml, writeYaml } from "./yaml-text.ts";

/**
 * The text with another content, of which everything that did not change stays as it was written: comments, blank
 * lines, order and quotes. A text that can't be read is written afresh.
 */
export function patchYaml(text: string, value: Json): string {
  const before = readYaml(text);
  if ("problems" in before) return writeYaml(value);
  if (isSame(before.value, value)) return text;
  const patched = patchedText(text, value, { unfold: false });
  // Who changes what an alias points at changes it everywhere. Then each place gets its own copy first.
  return says(patched, value) ? patched : fallBack(text, value);
}

function fallBack(text: string, value: Json): string {
  const unfolded = patchedText(text, value, { unfold: true });
  return says(unfolded, value) ? unfolded : writeYaml(value);
}

function says(text: string, value: Json): boolean {
  const read = readYaml(text);
  return "value" in read && isSame(read.value, value);
}

function patchedText(text: string, value: Json, { unfold }: { readonly unfold: boolean }): string {
  const parsed = parseOne(text);
  if ("problems" in parsed) return writeYaml(value);
  // The parsed type insists on nodes that came from a text.
  const document = parsed.document as unknown as Document<Node>;
  if (unfold) unfoldAliases(document);
  document.contents = merged(document, document.contents, value);
  keepPadding(document, text);
  return document.toString(AS_TEXT);
}

function unfoldAliases(document: Document<Node>): void {
  visit(document, {
    Alias: (_key, alias) => document.createNode(alias.toJS(document), { aliasDuplicateObjects: false }),
  });
  visit(document, {
    Node: (_key, node) => {
      if ("anchor" in node) delete node.anchor;
    },
  });
}

function merged(document: Document<Node>, node: unknown, value: Json): Node {
  if (isNode(node) && isSame(node.toJS(document) as Json, value)) return node;
  // Whoever wrote [] meant that there is nothing, and not that what comes shall stand in one line.
  if (isCollection(node) && node.items.length === 0) node.flow = false;
  if (isMap(node) && isObject(value)) {
    const olds = new Map(node.items.map((pair) => [keyText(pair.key), pair]));
    const kept = node.items.filter((pair) => Object.hasOwn(value, keyText(pair.key)));
    node.items = inPlace(
      kept.map((pair) => keyText(pair.key)),
      Object.keys(value),
    ).map((key) => {
      const old = olds.get(key);
      const next = value[key] ?? null;
      if (old === undefined) return new Pair(document.createNode(key), nodeFor(document, next));
      old.value = merged(document, old.value, next);
      return old;
    });
    return node;
  }
  if (isSeq(node) && isList(value)) {
    const olds = matched(
      node.items.map((item) => (isNode(item) ? (item.toJS(document) as Json) : null)),
      value,
    );
    node.items = value.map((item, i) => {
      const old = olds[i];
      return old === null || old === undefined
        ? nodeFor(document, item, "item")
        : merged(document, node.items[old], item);
    });
    return node;
  }
  const next = nodeFor(document, value);
  if (isScalar(node)) carryOver(node, next);
  return next;
}

/** Brackets and braces stay as tight as they were written; new ones are as in `[lan]` and `{ name: db }`. */
function keepPadding(document: Document<Node>, text: string): void {
  visit(document, {
    Collection: (_key, node) => {
      const isPadded = node.range == null ? isMap(node) : /\s/.test(text.charAt(node.range[0] + 1));
      const flowCollectionPadding = isPadded ? " " : "";
      const own = node.toString.bind(node);
      node.toString = (context, ...rest) =>
        own(context === undefined ? undefined : { ...context, flowCollectionPadding }, ...rest);
    },
  });
}

/** A scalar that changed keeps its comments, and its quotes where both are texts. */
function carryOver(from: Scalar, to: Node): void {
  to.commentBefore = from.commentBefore;
  to.comment = from.comment;
  to.spaceBefore = from.spaceBefore;
  if (!(to instanceof Scalar) || typeof from.value !== "string" || typeof to.value !== "string") return;
  if (from.type === "QUOTE_DOUBLE" || from.type === "QUOTE_SINGLE") to.type = from.type;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : isPair(key) || isAlias(key) ? "" : String(key);
}

/** The old keys in their order, and each new one behind the one that it follows in the new value. */
function inPlace(olds: readonly string[], news: readonly string[]): string[] {
  const keys = [...olds];
  for (const [i, key] of news.entries()) {
    if (keys.includes(key)) continue;
    const before = news[i - 1];
    keys.splice(before === undefined ? 0 : keys.indexOf(before) + 1, 0, key);
  }
  return keys;
}

/** For each new item the index of the old one that it was: by name where items have names, else by place. */
function matched(olds: readonly Json[], news: readonly Json[]): (number | null)[] {
  const free = new Set(olds.keys());
  const take = (index: number): number => {
    free.delete(index);
    return index;
  };
  const byName = news.map((item, i) => {
    const isOld = (index: number) => free.has(index) && nameOf(olds[index]) === nameOf(item);
    if (nameOf(item) === null) return null;
    if (isOld(i)) return take(i);
    const found = olds.findIndex((_, index) => isOld(index));
    return found < 0 ? null : take(found);
  });
  return byName.map((found, i) => found ?? (free.has(i) ? take(i) : null));
}

function nameOf(item: Json | undefined): string | null {
  if (!isObject(item)) return item === undefined || isList(item) ? null : String(item);
  const name = item.name ?? item.network;
  return typeof name === "string" ? name : null;
}
