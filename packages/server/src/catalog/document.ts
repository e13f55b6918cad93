import type { FieldProblem } from "@berth/api/errors.ts";
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
} from "yaml";

export type Path = readonly (string | number)[];

/** A problem that also has a stable code, so that tools can tell kinds apart, and its place in parts. */
export interface TemplateProblem extends FieldProblem {
  readonly code: string;
  readonly path: Path;
}

export interface YamlDocument {
  readonly value: unknown;
  /** The line, from 1, where a field stands; for a missing field, where its parent does. */
  readonly lineOf: (path: Path) => number;
}

const MAX_BYTES = 256 * 1024;
const MAX_ALIASES = 100;
const MAX_DEPTH = 32;
const MAX_SYNTAX_PROBLEMS = 20;

/** Reads one YAML 1.2 document that nobody trusts: bounded in size, depth and aliases, without tags of its own. */
export function readYaml(text: string): { document: YamlDocument } | { problems: TemplateProblem[] } {
  if (Buffer.byteLength(text) > MAX_BYTES)
    return one("too_large", `the template is larger than ${MAX_BYTES / 1024} KiB`);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    version: "1.2",
    uniqueKeys: true,
    strict: true,
    merge: false,
  });
  if ("empty" in documents || documents.length === 0) return one("empty", "the template is empty");
  if (documents.length > 1) return one("several_documents", "a file holds one template, this one several");
  const [document] = documents;
  if (document === undefined) return one("empty", "the template is empty");
  const syntax = [...document.errors, ...document.warnings].slice(0, MAX_SYNTAX_PROBLEMS).map((error) => ({
    code: error.code === "DUPLICATE_KEY" ? "duplicate_key" : "yaml_syntax",
    field: "",
    path: [],
    message: firstSentence(error.message),
    line: lines.linePos(error.pos[0]).line,
  }));
  if (syntax.length > 0) return { problems: syntax };
  const lineOfNode = (node: unknown) => (isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1);
  if (document.contents === null) return one("empty", "the template is empty");
  const bounds = boundsProblem(document.contents, lineOfNode);
  if (bounds !== null) return { problems: [bounds] };
  const contents = document.contents;
  try {
    // The aliases were counted, but each may hold others: the library's own limit bounds what they unfold to.
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { document: { value, lineOf: (path) => lineAt(contents, path, lineOfNode) } };
  } catch {
    return one("too_many_aliases", `the template's aliases unfold to more than ${MAX_ALIASES}`);
  }
}

function boundsProblem(contents: Node, lineOfNode: (node: unknown) => number): TemplateProblem | null {
  let aliases = 0;
  let problem: TemplateProblem | null = null;
  visit(contents, (_key, node, ancestors) => {
    if (isAlias(node)) aliases += 1;
    if (aliases > MAX_ALIASES)
      problem = {
        code: "too_many_aliases",
        field: "",
        path: [],
        message: `more than ${MAX_ALIASES} aliases`,
        line: lineOfNode(node),
      };
    if (ancestors.filter(isCollection).length >= MAX_DEPTH && isCollection(node))
      problem = {
        code: "too_deep",
        field: "",
        path: [],
        message: `nested deeper than ${MAX_DEPTH}`,
        line: lineOfNode(node),
      };
    if (isNode(node) && node.tag !== undefined && !node.tag.startsWith("tag:yaml.org,2002:"))
      problem = { code: "unknown_tag", field: "", path: [], message: "tags are not allowed", line: lineOfNode(node) };
    return problem === null ? undefined : visit.BREAK;
  });
  return problem;
}

/** Goes down as far as the document does. */
function lineAt(contents: Node, path: Path, lineOfNode: (node: unknown) => number): number {
  let node: unknown = contents;
  let line = lineOfNode(contents);
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === part);
      if (!isPair(pair)) return line;
      line = lineOfNode(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined) return line;
      line = lineOfNode(node);
    } else return line;
  }
  return line;
}

/** `groups[0].count` of `["groups", 0, "count"]`. */
export function fieldName(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

function firstSentence(message: string): string {
  return message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? message;
}

function one(code: string, message: string): { problems: TemplateProblem[] } {
  return { problems: [{ code, field: "", path: [], message, line: 1 }] };
}
