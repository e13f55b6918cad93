import {
  type Expression,
  type ModuleDeclaration,
  type Node,
  type Program,
  type Property,
  parse,
  type Statement,
} from "acorn";
import type { Json, Path } from "./json.ts";
import { MAX_DEPTH, MAX_TEXT_BYTES, type TextProblem } from "./text-problem.ts";

export type ReadTypeScript = { readonly value: Json } | { readonly problems: readonly [TextProblem] };

/** Thrown inside, and nowhere else: what stands here is not a literal. */
class NotLiteral extends Error {
  readonly node: Node;
  constructor(message: string, node: Node) {
    super(message);
    this.node = node;
  }
}

/**
 * Reads `defineTemplate({ … })` as data. Nothing is run: the text may come from anybody, and what a template says must
 * not depend on who reads it. So only literals are taken; anything else is refused with its place.
 */
export function readTypeScript(text: string): ReadTypeScript {
  if (text.length > MAX_TEXT_BYTES) return refused(`the text is longer than ${MAX_TEXT_BYTES / 1024} KiB`, 1, 1);
  try {
    return {
      value: literalOf(argumentOf(parseModule(text)), 0),
    };
  } catch (error) {
    if (error instanceof NotLiteral) {
      const { line = 1, column = 0 } = error.node.loc?.start ?? {};
      return refused(error.message, line, column + 1);
    }
    // acorn adds the place to its errors.
    if (error instanceof SyntaxError && "loc" in error) {
      const { line, column } = error.loc as { line: number; column: number };
      return refused(error.message.replace(/ \(\d+:\d+\)$/, ""), line, column + 1);
    }
    throw error;
  }
}

/** Where in a text the value stands that a path names, or the nearest thing around it; null where it can't be read. */
export function placeInTypeScript(text: string, path: Path): { readonly line: number; readonly column: number } | null {
  try {
    let node: Expression = argumentOf(parseModule(text));
    for (const part of path) {
      const inner = partOf(node, part);
      if (inner === null) break;
      node = inner;
    }
    return node.loc == null ? null : { line: node.loc.start.line, column: node.loc.start.column + 1 };
  } catch (error) {
    if (error instanceof NotLiteral || error instanceof SyntaxError) return null;
    throw error;
  }
}

function partOf(node: Expression, part: string | number): Expression | null {
  if (node.type === "ArrayExpression" && typeof part === "number") {
    const item = node.elements[part] ?? null;
    return item === null || item.type === "SpreadElement" ? null : item;
  }
  if (node.type !== "ObjectExpression") return null;
  for (const property of node.properties)
    if (property.type === "Property" && keyOf(property) === part) return property.value;
  return null;
}

function refused(message: string, line: number, column: number): ReadTypeScript {
  return { problems: [{ message, line, column }] };
}

function parseModule(text: string): Program {
  return parse(text, { ecmaVersion: 2024, sourceType: "module", locations: true });
}

const SHAPE = "a template is written as: export const template = defineTemplate({ … })";

/** What `defineTemplate` is called with; beside it a module may hold imports, and nothing else. */
function argumentOf(program: Program): Expression {
  const calls = program.body.flatMap((statement) => callIn(statement));
  const [call, second] = calls;
  if (call === undefined) throw new NotLiteral(SHAPE, program);
  if (second !== undefined) throw new NotLiteral("a text holds one template, and this is a second one", second);
  return call;
}

function callIn(statement: Statement | ModuleDeclaration): Expression[] {
  switch (statement.type) {
    case "ImportDeclaration":
      return [];
    case "ExpressionStatement":
      return [argument(statement.expression)];
    case "ExportNamedDeclaration":
      if (statement.declaration == null) throw new NotLiteral(SHAPE, statement);
      return callIn(statement.declaration);
    case "VariableDeclaration":
      return statement.declarations.map((one) => argument(one.init ?? null, one.init ?? one));
    default:
      throw new NotLiteral(SHAPE, statement);
  }
}

function argument(expression: Expression | null, at: Node | null = expression): Expression {
  const isCall =
    expression?.type === "CallExpression" &&
    expression.callee.type === "Identifier" &&
    expression.callee.name === "defineTemplate";
  const [first, second] = isCall ? expression.arguments : [];
  if (first === undefined || second !== undefined || first.type === "SpreadElement")
    throw new NotLiteral(SHAPE, at as Node);
  return first;
}

function literalOf(node: Expression, depth: number): Json {
  if (depth > MAX_DEPTH) throw new NotLiteral(`nested deeper than ${MAX_DEPTH}`, node);
  switch (node.type) {
    case "Literal":
      if (node.value instanceof RegExp || typeof node.value === "bigint" || node.regex !== undefined)
        throw new NotLiteral("only texts, numbers, true, false and null can stand here", node);
      return node.value ?? null;
    case "TemplateLiteral":
      if (node.expressions.length > 0) throw new NotLiteral("a text can't hold ${…}: it would have to be run", node);
      return node.quasis.map((part) => part.value.cooked ?? "").join("");
    case "UnaryExpression":
      if (node.operator === "-" && node.argument.type === "Literal" && typeof node.argument.value === "number")
        return -node.argument.value;
      throw new NotLiteral(`"${node.operator}" would have to be run; write the value itself`, node);
    case "ArrayExpression":
      return node.elements.map((item) => {
        if (item === null || item.type === "SpreadElement")
          throw new NotLiteral("write the items themselves: gaps and ... can't be read", item ?? node);
        return literalOf(item, depth + 1);
      });
    case "ObjectExpression":
      return objectOf(node, depth);
    default:
      throw new NotLiteral(`${wordsOf(node)} would have to be run; write the value itself`, node);
  }
}

function objectOf(node: Extract<Expression, { type: "ObjectExpression" }>, depth: number): Json {
  const entries = new Map<string, Json>();
  for (const property of node.properties) {
    if (property.type === "SpreadElement")
      throw new NotLiteral("... would have to be run; write the fields themselves", property);
    const isPlain = property.kind === "init" && !property.computed && !property.shorthand && !property.method;
    const name = keyOf(property);
    if (!isPlain || name === null) throw new NotLiteral("a field is written as name: value", property);
    if (name === "__proto__") throw new NotLiteral("a field can't have the name __proto__", property);
    if (entries.has(name)) throw new NotLiteral(`the field ${name} is there twice`, property);
    entries.set(name, literalOf(property.value, depth + 1));
  }
  return Object.fromEntries(entries);
}

function keyOf({ key }: Property): string | null {
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : null;
}

function wordsOf(node: Expression): string {
  switch (node.type) {
    case "Identifier":
      return `the name ${node.name}`;
    case "CallExpression":
    case "NewExpression":
      return "a call";
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return "a function";
    default:
      return "this";
  }
}
