import { z } from "zod";

/** What one field of a schema takes, as far as command line flags, forms and query texts need to know. */
export type Shape =
  | { kind: "text"; format: string | null }
  | { kind: "number"; integer: boolean }
  | { kind: "boolean" }
  | { kind: "choice"; choices: readonly string[] }
  | { kind: "list"; item: Shape }
  | { kind: "object"; fields: readonly Field[] }
  | { kind: "map"; value: Shape }
  | { kind: "json" };

export interface Field {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
  /** May be null, which is not the same as absent. */
  readonly nullable: boolean;
  readonly description: string | null;
  readonly default: unknown;
}

/** The fields of an object schema, in its order. */
export function fieldsOf(schema: z.ZodType): Field[] {
  return fieldsOfJson(jsonSchemaOf(schema, "input"));
}

function fieldsOfJson(json: Record<string, unknown>): Field[] {
  const required = new Set(Array.isArray(json.required) ? json.required : []);
  return Object.entries(asObject(json.properties)).map(([name, value]) => {
    const property = asObject(value);
    return {
      name,
      shape: shapeOf(property),
      required: required.has(name),
      nullable: isNullable(property),
      description: typeof property.description === "string" ? property.description : null,
      default: property.default,
    };
  });
}

/** JSON Schema 2020-12; what it cannot say (refinements, transforms) is left out. */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Record<string, unknown>;
  return json;
}

function shapeOf(property: Record<string, unknown>): Shape {
  const options = alternatives(property);
  if (options.length === 1) return shapeOf(options[0] ?? {});
  if (options.length > 1) return commonShape(options.map(shapeOf));
  if (Array.isArray(property.enum) && property.enum.every((value) => typeof value === "string")) {
    return { kind: "choice", choices: property.enum };
  }
  if (typeof property.const === "string") return { kind: "choice", choices: [property.const] };
  switch (typesOf(property).find((type) => type !== "null")) {
    case "string":
      return { kind: "text", format: typeof property.format === "string" ? property.format : null };
    case "integer":
    case "number":
      return { kind: "number", integer: typesOf(property).includes("integer") };
    case "boolean":
      return { kind: "boolean" };
    case "array":
      return { kind: "list", item: shapeOf(asObject(property.items)) };
    case "object":
      if (property.properties !== undefined) return { kind: "object", fields: fieldsOfJson(property) };
      return { kind: "map", value: shapeOf(asObject(property.additionalProperties)) };
    default:
      return { kind: "json" };
  }
}

function isNullable(property: Record<string, unknown>): boolean {
  const list = property.anyOf ?? property.oneOf;
  if (typesOf(property).includes("null")) return true;
  return Array.isArray(list) && list.some((option) => asObject(option).type === "null");
}

/** A plain field that may be null is `["string", "null"]`. */
function typesOf({ type }: Record<string, unknown>): unknown[] {
  return Array.isArray(type) ? type : [type];
}

function alternatives(property: Record<string, unknown>): Record<string, unknown>[] {
  const list = property.anyOf ?? property.oneOf;
  return Array.isArray(list) ? list.map(asObject).filter((option) => option.type !== "null") : [];
}

function commonShape(shapes: readonly Shape[]): Shape {
  return shapes.every((shape) => shape.kind === "text") ? { kind: "text", format: null } : { kind: "json" };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
