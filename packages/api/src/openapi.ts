import type { z } from "zod";
import { ERROR_STATUS, type ErrorCode } from "./errors.ts";
import { jsonSchemaOf } from "./fields.ts";
import { Problem } from "./problem.ts";
import type { Contract, Route } from "./route.ts";
import { VERSION } from "./version.ts";

type Json = Record<string, unknown>;

export interface OpenApiOptions {
  readonly version?: string;
}

/** The contract as an OpenAPI 3.1 document. What people should know beside the schemas is in `x-berth-rule`. */
export function openApiDocument(contract: Contract, options: OpenApiOptions = {}): Json {
  const operations = Object.entries(contract).map(([id, route]) => ({ id, route }));
  const paths = Map.groupBy(operations, ({ route }) => route.path);
  const tags = [...new Set(operations.map(({ route }) => route.tag))].sort();
  return {
    openapi: "3.1.0",
    info: {
      title: "Berth",
      version: options.version ?? VERSION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      description:
        "Every error is application/problem+json; switch on its `code`. Requests that start something need an Idempotency-Key; updates need If-Match.",
    },
    tags: tags.map((name) => ({ name })),
    security: [{ token: [] }, { session: [] }],
    paths: Object.fromEntries(
      [...paths].map(([path, here]) => [
        path,
        Object.fromEntries(here.map(({ id, route }) => [route.method.toLowerCase(), operationOf(id, route)])),
      ]),
    ),
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "an API token, made by `berth token create`" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "berth_session",
          description: "changes need x-berth-csrf: 1 too",
        },
      },
      schemas: { Problem: jsonSchemaOf(Problem, "output") },
      responses: Object.fromEntries(
        Object.keys(ERROR_STATUS).map((code) => [code, problemResponse(code as ErrorCode)]),
      ),
    },
  };
}

function operationOf(id: string, route: Route): Json {
  return {
    operationId: id,
    summary: route.summary,
    tags: [route.tag],
    "x-berth-rule": route.rule,
    ...(route.rule === "public" ? { security: [] } : {}),
    parameters: [
      ...parametersOf(route.params, "path"),
      ...parametersOf(route.query, "query"),
      ...(route.starts === true ? [IDEMPOTENCY_KEY] : []),
      ...(route.versioned === true ? [IF_MATCH] : []),
      ...(route.stream === true ? [LAST_EVENT_ID] : []),
    ],
    ...(route.body === undefined ? {} : { requestBody: bodyOf(route.body) }),
    responses: { [String(route.status ?? 200)]: answerOf(route), ...errorsOf(route) },
  };
}

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  description: "any unique text; the same one again is answered with the first answer",
  schema: { type: "string", minLength: 1, maxLength: 200 },
};

const IF_MATCH = {
  name: "If-Match",
  in: "header",
  required: true,
  description: "the ETag of the version that was seen",
  schema: { type: "string" },
};

const LAST_EVENT_ID = {
  name: "Last-Event-ID",
  in: "header",
  required: false,
  description: "the last event that was seen; the stream goes on behind it",
  schema: { type: "string" },
};

function parametersOf(schema: z.ZodObject | undefined, place: "path" | "query"): Json[] {
  if (schema === undefined) return [];
  const json = jsonSchemaOf(schema, "input");
  const required = new Set(Array.isArray(json.required) ? json.required : []);
  // An object schema always has properties.
  return Object.entries(json.properties as Record<string, Json>).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === "path" || required.has(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
    // ?pools=a&pools=b
    ...(rest.type === "array" ? { style: "form", explode: true } : {}),
  }));
}

function bodyOf(schema: z.ZodType): Json {
  return {
    required: !schema.safeParse({}).success,
    content: { "application/json": { schema: jsonSchemaOf(schema, "input") } },
  };
}

function answerOf(route: Route): Json {
  if (route.status === 204) return { description: "Done." };
  if (route.status === 302) {
    return { description: route.summary, headers: { Location: { schema: { type: "string" } } } };
  }
  const schema = jsonSchemaOf(route.response, "output");
  if (route.stream === true) {
    return {
      description:
        "A stream of events. The data of each is JSON of this schema; an event `error` carries a problem, and an event `end` says that no more will come.",
      content: { "text/event-stream": { schema } },
    };
  }
  if (route.lines === true) {
    return {
      description: "One JSON value of this schema on each line.",
      content: { "application/x-ndjson": { schema } },
    };
  }
  return {
    description: route.summary,
    ...(hasVersion(schema) ? { headers: { ETag: { description: "its version", schema: { type: "string" } } } } : {}),
    content: { "application/json": { schema } },
  };
}

function hasVersion(schema: Json): boolean {
  return typeof schema.properties === "object" && schema.properties !== null && "version" in schema.properties;
}

/** What may go wrong with each route, by status; several codes never share one. */
function errorsOf(route: Route): Json {
  const codes: ErrorCode[] = ["invalid_request", "too_many_requests", "internal", "unavailable"];
  if (route.rule !== "public") codes.push("unauthenticated", "forbidden");
  else codes.push("unauthenticated");
  if (route.params !== undefined || route.rule === "owner") codes.push("not_found");
  if (route.method !== "GET") codes.push("conflict");
  if (route.versioned === true) codes.push("precondition_failed");
  if (route.starts === true) codes.push("insufficient_capacity");
  return Object.fromEntries(
    codes.map((code) => [String(ERROR_STATUS[code]), { $ref: `#/components/responses/${code}` }]),
  );
}

function problemResponse(code: ErrorCode): Json {
  return {
    description: `The problem's code is \`${code}\`.`,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}
