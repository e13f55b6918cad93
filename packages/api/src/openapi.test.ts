import { describe, expect, it } from "vitest";
import { z } from "zod";
import { contract } from "./contract.ts";
import { ERROR_STATUS } from "./errors.ts";
import { openApiDocument } from "./openapi.ts";
import { ACCESS_RULES, type Contract } from "./route.ts";

const routes = Object.entries(contract as Contract);

const Parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  required: z.boolean(),
  schema: z.record(z.string(), z.unknown()),
});

const Operation = z.object({
  operationId: z.string(),
  summary: z.string().min(5),
  tags: z.array(z.string()).length(1),
  "x-berth-rule": z.enum(ACCESS_RULES),
  parameters: z.array(Parameter),
  responses: z.record(z.string().regex(/^\d{3}$/), z.record(z.string(), z.unknown())),
});

const Document = z.object({
  openapi: z.literal("3.1.0"),
  paths: z.record(
    z.string().startsWith("/v1/"),
    z.record(z.enum(["get", "post", "put", "patch", "delete"]), Operation).or(z.record(z.string(), Operation)),
  ),
  components: z.object({ responses: z.record(z.string(), z.unknown()), schemas: z.record(z.string(), z.unknown()) }),
});

const raw = openApiDocument(contract);
const document = Document.parse(raw);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("the OpenAPI document", () => {
  it("has every route, once", () => {
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(routes.map(([id]) => id).sort());
  });

  it("is the same text each time, so that it can be checked in", () => {
    expect(JSON.stringify(openApiDocument(contract))).toBe(JSON.stringify(raw));
  });

  it("has a parameter for each name in a path, and no other path parameters", () => {
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      const given = operation.parameters.filter((p) => p.in === "path").map((p) => p.name);
      expect(given.sort(), operation.operationId).toEqual(named.sort());
    }
  });

  it("refers to nothing that is not there", () => {
    const references = [...JSON.stringify(raw).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(references.length).toBeGreaterThan(10);
    for (const reference of new Set(references)) {
      const found = reference.split("/").reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], raw);
      // Schemas may also refer to themselves, from their own root.
      if (!reference.startsWith("$defs")) expect(found, reference).toBeDefined();
    }
  });

  it("names every error code", () => {
    const problem = JSON.stringify(document.components.schemas.Problem);
    for (const code of Object.keys(ERROR_STATUS)) expect(problem).toContain(`"${code}"`);
    expect(Object.keys(document.components.responses).sort()).toEqual(Object.keys(ERROR_STATUS).sort());
  });
});

describe("every route", () => {
  it.each(routes)("%s states who may call it, and what it needs", (id, route) => {
    expect(ACCESS_RULES).toContain(route.rule);
    const { operation } = operations.find(({ operation }) => operation.operationId === id) ?? {};
    const headers = operation?.parameters.filter((p) => p.in === "header").map((p) => p.name);
    expect(headers?.includes("Idempotency-Key")).toBe(route.starts === true);
    expect(headers?.includes("If-Match")).toBe(route.versioned === true);
  });

  // RFC 6749, 4.1.2: who comes back from a provider brings what that likes, and what is not known is ignored.
  const takesAnything = ["finishOidc"];
  const strict = routes.filter(([id]) => !takesAnything.includes(id));

  it.each(strict)("%s refuses unknown fields, whatever carries them", (_id, route) => {
    for (const schema of [route.params, route.query, route.body]) {
      if (schema === undefined) continue;
      const found = schema.safeParse({ "no-such-field": 1 });
      const unknown = found.success ? [] : found.error.issues.filter((issue) => issue.code === "unrecognized_keys");
      expect(unknown).toHaveLength(1);
    }
  });

  it("has its own method and path", () => {
    const places = routes.map(([, route]) => `${route.method} ${route.path.replaceAll(/\{[^}]+\}/g, "{}")}`);
    expect(places.filter((place, i) => places.indexOf(place) !== i)).toEqual([]);
  });

  it("has a command of its own, if any, with an example that begins with it", () => {
    const verbs = routes.flatMap(([, route]) => (route.cli === undefined ? [] : [route.cli]));
    const words = verbs.map((verb) => verb.words.join(" "));
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([]);
    expect(verbs.filter((verb) => !verb.example.startsWith(`berth ${verb.words.join(" ")}`))).toEqual([]);
  });
});
