import { AppError } from "../errors.ts";

const MAX_DEPTH = 32;

/** JSON of a stranger: UTF-8, at most 32 deep, and without texts that PostgreSQL or another system can't hold. */
export function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  if (depthOf(text) > MAX_DEPTH)
    throw new AppError("invalid_request", `The body is nested deeper than ${MAX_DEPTH} levels.`);
  const value = parse(text);
  checkTexts(value);
  return value;
}

/** Refuses NUL and halves of surrogate pairs, which are text for JavaScript only. */
export function checkText(text: string, where: string): void {
  if (text.includes("\0")) throw new AppError("invalid_request", `${where} has a NUL character, which is not allowed.`);
  if (!text.isWellFormed())
    throw new AppError("invalid_request", `${where} has half of a surrogate pair, which is not text.`);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("invalid_request", "The body is not UTF-8.", { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_request", "The body is not JSON.", { cause });
  }
}

/** Counted before parsing, so that deep nesting costs one look at each character. */
function depthOf(text: string): number {
  const state = { depth: 0, deepest: 0, inString: false };
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (state.inString) {
      if (char === "\\") i += 1;
      else if (char === '"') state.inString = false;
    } else if (char === '"') state.inString = true;
    else if (char === "{" || char === "[") state.deepest = Math.max(state.deepest, ++state.depth);
    else if (char === "}" || char === "]") state.depth -= 1;
  }
  return state.deepest;
}

function checkTexts(value: unknown): void {
  if (typeof value === "string") checkText(value, "A text in the body");
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    checkText(key, "The name of a field in the body");
    checkTexts(inner);
  }
}
