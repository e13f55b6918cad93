import { createRequire } from "node:module";

// dependency-cruiser parses TypeScript by swc, as it has no parser for TypeScript 7 yet; and swc's visitor, which it
// walks the tree with, throws at `using` declarations. They hold no imports but may call `import()` in their values.
interface Visitor {
  visitStatement(statement: { type: string }): unknown;
  visitVariableDeclarators(declarators: unknown): unknown;
}
const require = createRequire(import.meta.url);
const { Visitor } = require("@swc/core/Visitor.js") as { Visitor: { prototype: Visitor } };
const visitKnown = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function (this: Visitor, statement: { type: string; decls?: unknown }) {
  if (statement.type !== "UsingDeclaration") return visitKnown.call(this, statement);
  this.visitVariableDeclarators(statement.decls);
  return statement;
};

await import("../node_modules/dependency-cruiser/bin/dependency-cruiser.mjs" as string);
