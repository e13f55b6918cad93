import { type Field, fieldsOf, type Shape } from "@berth/api/fields.ts";
import type { z } from "zod";
import { AppError } from "../errors.ts";
import { checkText } from "./json.ts";

/**
 * Texts of a URL as values for a schema: what must be a number or a boolean and looks like one becomes one; what does
 * not stays text, and the schema refuses it in words.
 */
export interface TextReader {
  query(rawUrl: string): Record<string, unknown>;
  params(texts: Record<string, string>): Record<string, unknown>;
}

export function textReader(schema: z.ZodObject | undefined): TextReader {
  const shapes = new Map<string, Shape>(
    (schema === undefined ? [] : fieldsOf(schema)).map((field: Field) => [field.name, field.shape]),
  );
  return {
    query(rawUrl) {
      const texts = Map.groupBy(queryPairs(rawUrl), ([name]) => name);
      return Object.fromEntries(
        [...texts].map(([name, pairs]) => [
          name,
          readValues(
            shapes.get(name),
            pairs.map(([, value]) => value),
          ),
        ]),
      );
    },
    params(texts) {
      return Object.fromEntries(
        Object.entries(texts).map(([name, text]) => {
          checkText(text, `The path's ${name}`);
          return [name, readValue(shapes.get(name), text)];
        }),
      );
    },
  };
}

function readValues(shape: Shape | undefined, texts: readonly string[]): unknown {
  if (shape?.kind === "list") return texts.map((text) => readValue(shape.item, text));
  return texts.length === 1 ? readValue(shape, texts[0] ?? "") : texts;
}

function readValue(shape: Shape | undefined, text: string): unknown {
  if (shape?.kind === "number" && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return Number(text);
  // Schemas that coerce would read "" as 0 and "0x1f" as 31.
  if (shape?.kind === "number") return Number.NaN;
  if (shape?.kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function queryPairs(rawUrl: string): [string, string][] {
  const start = rawUrl.indexOf("?");
  if (start === -1) return [];
  const pairs = rawUrl
    .slice(start + 1)
    .split("&")
    .filter((pair) => pair !== "");
  if (pairs.length > 100) throw new AppError("invalid_request", "The query has more than 100 parameters.");
  return pairs.map((pair) => {
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(equals === -1 ? "" : pair.slice(equals + 1));
    checkText(name, "The name of a query parameter");
    checkText(value, `The query parameter ${name}`);
    return [name, value];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    throw new AppError("invalid_request", "The query is not percent-encoded UTF-8.", { cause });
  }
}
