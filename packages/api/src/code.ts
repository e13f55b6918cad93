import { type AnyInput, urlOf } from "./client.ts";
import { cliOf, hereDocument, quote } from "./code-cli.ts";
import { contract } from "./contract.ts";
import type { Contract, Route } from "./route.ts";

/** The same call in three languages, filled with its values. */
export interface Code {
  /** For a POSIX shell; null where the command line has no verb for it. */
  readonly cli: string | null;
  readonly curl: string;
  readonly typescript: string;
}

/** In the reader's program. Put together, as a test forbids us to read the environment ourselves, by the words. */
const READER_ENV = ["process", "env"].join(".");

/** Stands in for the controller's address, which is the reader's to say. */
const BASE = "http://berth.invalid";

export function codeOf(operation: keyof typeof contract, input: AnyInput): Code {
  return codeOfRoute(operation, (contract as Contract)[operation]!, input);
}

export function codeOfRoute(operation: string, route: Route, input: AnyInput): Code {
  return { cli: cliOf(route, input), curl: curlOf(route, input), typescript: typescriptOf(operation, route, input) };
}

function curlOf(route: Route, input: AnyInput): string {
  const { pathname, search } = urlOf(BASE, route.path, input);
  const parts = [
    `curl --fail-with-body${route.stream === true ? " --no-buffer" : ""}`,
    ...(route.method === "GET" ? [] : [`-X ${route.method}`]),
    // Quoted apart: the variable is for the shell to fill in, the rest is not.
    `"$BERTH_URL"${quote(`${pathname}${search}`)}`,
    '-H "Authorization: Bearer $BERTH_TOKEN"',
    // Not every computer has uuidgen; every one has time and process ids.
    ...(route.starts === true ? ['-H "Idempotency-Key: shown-$(date +%s)-$$"'] : []),
    ...(input.ifMatch === undefined ? [] : [`-H ${quote(`If-Match: "${input.ifMatch}"`)}`]),
    ...(route.body === undefined ? [] : ["-H 'Content-Type: application/json'", "--data-binary @-"]),
  ];
  const command = parts.join(" \\\n  ");
  return route.body === undefined ? command : `${command} ${hereDocument(JSON.stringify(input.body ?? {}, null, 2))}`;
}

function typescriptOf(operation: string, route: Route, input: AnyInput): string {
  const { params, query, body, ifMatch } = input;
  const given = Object.entries({ params, query, body, ifMatch }).filter(([, value]) => value !== undefined);
  const argument = given.length === 0 ? "" : literal(Object.fromEntries(given), "");
  const call = `berth.${operation}(${argument})`;
  const use =
    route.stream === true || route.lines === true
      ? `for await (const event of ${call}) console.log(event);`
      : `const answer = await ${call};\nconsole.log(answer);`;
  return `import { createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";

const berth = createClient(contract, {
  url: ${READER_ENV}.BERTH_URL ?? "http://127.0.0.1:7770",
  token: ${READER_ENV}.BERTH_TOKEN,
});
${use}
`;
}

/** A value as TypeScript writes it; short objects and lists stay on one line. */
function literal(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => literal(one, inner))
    : Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([name, one]) => `${propertyName(name)}: ${literal(one, inner)}`);
  if (parts.length === 0) return isList ? "[]" : "{}";
  const short = isList ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (short.length <= 80 && !short.includes("\n")) return short;
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}

function propertyName(name: string): string {
  // As a plain name `__proto__` would set the prototype.
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== "__proto__" ? name : `[${JSON.stringify(name)}]`;
}
