/** One field of a provider's settings, as a form shows it. */
export type SettingField =
  | { readonly kind: "text"; readonly isSecret: boolean; readonly isLong: boolean }
  | { readonly kind: "number" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "group"; readonly fields: readonly Setting[] }
  /** One of several groups; `by` names the field whose value says which. */
  | { readonly kind: "variants"; readonly by: string; readonly variants: Readonly<Record<string, readonly Setting[]>> };

export interface Setting {
  readonly name: string;
  readonly isRequired: boolean;
  readonly help: string | null;
  readonly standard: unknown;
  readonly field: SettingField;
}

type Json = Readonly<Record<string, unknown>>;

/** A certificate or key, rather than a word. */
const LONG = 4_000;

/** The fields of the settings' JSON Schema (`GET /v1/providers`), in its order. */
export function settingsOf(schema: Json): Setting[] {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(asJson(schema.properties)).map(([name, value]) => {
    const property = asJson(value);
    return {
      name,
      isRequired: required.has(name) && property.default === undefined,
      help: typeof property.description === "string" ? property.description : null,
      standard: property.default,
      field: fieldOf(property),
    };
  });
}

function fieldOf(property: Json): SettingField {
  const options = property.oneOf ?? property.anyOf;
  if (Array.isArray(options)) {
    const groups = options.map(asJson);
    const by = groups.map(discriminatorOf).find((name) => name !== null) ?? null;
    if (by !== null) return variantsBy(by, groups);
  }
  if (Array.isArray(property.enum)) return { kind: "choice", choices: property.enum.map(String) };
  if (property.type === "integer" || property.type === "number") return { kind: "number" };
  if (property.type === "object") return { kind: "group", fields: settingsOf(property) };
  const isLong = typeof property.maxLength === "number" && property.maxLength >= LONG;
  return { kind: "text", isSecret: property.writeOnly === true, isLong };
}

function variantsBy(by: string, groups: readonly Json[]): SettingField {
  const variants = groups.map((group) => {
    const own = settingsOf(group).filter(({ name }) => name !== by);
    return [String(asJson(asJson(group.properties)[by]).const), own] as const;
  });
  return { kind: "variants", by, variants: Object.fromEntries(variants) };
}

/** The field that has one fixed value in each variant. */
function discriminatorOf(group: Json): string | null {
  const found = Object.entries(asJson(group.properties)).find(([, value]) => asJson(value).const !== undefined);
  return found?.[0] ?? null;
}

/** What the form begins with: the defaults, and what must be chosen. */
export function initialSettings(settings: readonly Setting[]): Record<string, unknown> {
  const given = settings.flatMap(({ name, standard, isRequired, field }) => {
    if (standard !== undefined) return [[name, structuredClone(standard)] as const];
    if (!isRequired) return [];
    if (field.kind === "group") return [[name, initialSettings(field.fields)] as const];
    if (field.kind === "variants") return [[name, { [field.by]: Object.keys(field.variants)[0] }] as const];
    return [];
  });
  return Object.fromEntries(given);
}

/** What is sent: fields that were left empty are not given, and a number is one. */
export function settingsToSend(settings: readonly Setting[], values: Json): Record<string, unknown> {
  const sent = settings.flatMap(({ name, field }) => {
    const value = valueToSend(field, values[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(sent);
}

function valueToSend(field: SettingField, value: unknown): unknown {
  if (value === undefined || value === null || value === "") return undefined;
  switch (field.kind) {
    case "text":
    case "choice":
      return value;
    case "number": {
      const number = Number(value);
      // What is no number is for the API to refuse, by the field's name.
      return Number.isNaN(number) ? value : number;
    }
    case "group": {
      const inner = settingsToSend(field.fields, asJson(value));
      return Object.keys(inner).length === 0 ? undefined : inner;
    }
    case "variants": {
      const chosen = asJson(value)[field.by];
      const own = field.variants[String(chosen)] ?? [];
      return { [field.by]: chosen, ...settingsToSend(own, asJson(value)) };
    }
  }
}

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** Settings as terms and values: what stands inside another setting is named by its path. */
export function shownSettings(settings: Json, above = ""): [term: string, value: string][] {
  const isNested = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
  // The database gives keys back in an order of its own: what is one word comes first, as the address does.
  const entries = Object.entries(settings).toSorted(([, a], [, b]) => Number(isNested(a)) - Number(isNested(b)));
  return entries.flatMap(([name, value]): [string, string][] => {
    const term = `${above}${name}`;
    if (isNested(value)) return shownSettings(asJson(value), `${term}.`);
    return [[term, typeof value === "string" ? shorten(value) : JSON.stringify(value)]];
  });
}

const SHOWN_LENGTH = 200;

function shorten(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
