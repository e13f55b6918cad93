/** Numbers from 0 to 1, the same for the same seed (a linear congruential generator). */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed % 2_147_483_648;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function pick<T>(random: Random, from: readonly T[]): T {
  // `from` is never empty: the index is within it.
  return from[Math.floor(random() * from.length)] as T;
}

/** Values that have broken programs before. Whatever could be called is on this computer. */
const ODD: readonly unknown[] = [
  ...["", " ", "a", "ä", "x".repeat(70), "x".repeat(300), "'", '"; drop table server; --', "../..", "a/b", "a?b#c"],
  ...["%00", "\u0000", "\u202e", "\ud800", "😀".repeat(30), "a\nb", "NaN", "Infinity", "null", "undefined"],
  ...["0", "-1", "1e400", "__proto__", "constructor", "toString", "00000000-0000-0000-0000-000000000000"],
  ...["2027-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2027-01-31T00:00:00+99:00"],
  ...["127.0.0.0/33", "127.0.0.1", "::1", "::/0", "0.0.0.0/0", "http://127.0.0.1:1/", "file:///etc/passwd"],
  ...[0, -1, 1.5, 1e300, -0, 2 ** 31, 2 ** 53, true, null, [], {}, [null], [[]], { a: 1 }],
];
const ODD_TEXTS = ODD.filter((value): value is string => typeof value === "string");

const TEXTS = [
  ...["a", "name-1", "10.1.0.0/24", "10.1.0.5", "12:34:56:78:9a:bc", "2GiB", "0.5", "5m", "/", "EUR"],
  ...["apiVersion: berth/v1\nkind: ServiceTemplate\n", "a: &a [*a]", "- ".repeat(50), "{", "x: y"],
];
const TIMES = ["2027-01-31T00:00:00Z", "2026-12-01T00:00:00Z", "9999-12-31T23:59:59Z", "2000-01-01T00:00:00Z"];
const NUMBERS = [0, 1, 2, 7, 100, 4094, 65_535, 2_147_483_647, 2_147_483_648, 9_007_199_254_740_991];

export interface Sampling {
  readonly random: Random;
  /** Texts that mean something where they are sent: names and ids of what is there. */
  readonly known: readonly string[];
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** A value that nearly fits a schema. */
export function sampleOf(schema: JsonSchema, sampling: Sampling): unknown {
  const { random } = sampling;
  if (random() < 0.02) return pick(random, ODD);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(alternatives)) return sampleOf(pick(random, alternatives as JsonSchema[]), sampling);
  if (Array.isArray(schema.enum)) return pick(random, schema.enum);
  if (schema.const !== undefined) return schema.const;
  switch (schema.type) {
    case "string":
      return textOf(schema, sampling);
    case "integer":
    case "number":
      return pick(random, [...NUMBERS, schema.minimum ?? 1, schema.maximum ?? 5]);
    case "boolean":
      return random() < 0.5;
    case "array":
      return Array.from({ length: Math.floor(random() * 4) }, () => sampleOf(asSchema(schema.items), sampling));
    case "object":
      return objectOf(schema, sampling);
    default:
      return pick(random, ODD);
  }
}

/** A text for the path of a URL, which can't be empty nor a way up. */
export function sampleOfPath({ random, known }: Sampling): string {
  const odd = ODD_TEXTS.filter((text) => text !== "" && text !== ".." && text !== "\ud800");
  return random() < 0.6 ? pick(random, known) : pick(random, odd);
}

function textOf(schema: JsonSchema, { random, known }: Sampling): string {
  if (schema.format === "date-time") return pick(random, TIMES);
  if (schema.format === "uuid") return pick(random, [...known, "0198c0de-0000-7000-8000-000000000001"]);
  if (schema.format === "email") return "ada@example.org";
  return random() < 0.5 ? pick(random, known) : pick(random, TEXTS);
}

function objectOf(schema: JsonSchema, sampling: Sampling): Record<string, unknown> {
  const { random } = sampling;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const fields = Object.entries(asSchema(schema.properties))
    .filter(([name]) => random() < (required.has(name) ? 0.97 : 0.5))
    .map(([name, value]) => [name, sampleOf(asSchema(value), sampling)] as const);
  const { additionalProperties } = schema;
  const isMap = typeof additionalProperties === "object" && additionalProperties !== null;
  const key = pick(random, ["a", "endpoint", "lan"]);
  const more = isMap ? [[key, sampleOf(asSchema(additionalProperties), sampling)] as const] : [];
  const odd = random() < 0.05 ? [[pick(random, ["x", "__proto__", "id", "version"]), pick(random, ODD)] as const] : [];
  return Object.fromEntries([...fields, ...more, ...odd]);
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null ? (value as JsonSchema) : {};
}
