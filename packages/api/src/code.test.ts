import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { codeOf, codeOfRoute } from "./code.ts";
import { hereDocument, quote } from "./code-cli.ts";
import { route } from "./route.ts";

const shellArguments = (line: string) => {
  // printf repeats its format for each argument: what the shell made of the line, word by word.
  const output = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  return output.split("\0").slice(0, -1);
};

/** A field of each shape that the command line knows. */
const everyShape = route({
  method: "POST",
  path: "/v1/things/{id}",
  tag: "things",
  rule: "signed-in",
  summary: "Change a thing",
  params: z.strictObject({ id: z.string() }),
  body: z.strictObject({
    name: z.string().optional(),
    sizeGiB: z.number().optional(),
    isBig: z.boolean().optional(),
    note: z.string().nullable().optional(),
    pools: z.array(z.string()).optional(),
    price: z.strictObject({ perDay: z.string().optional(), currency: z.string().optional() }).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    parts: z.array(z.strictObject({ name: z.string() })).optional(),
  }),
  response: z.object({}),
  starts: true,
  cli: { words: ["thing", "change"], args: ["id"], example: "berth thing change x" },
});
const lineOf = (body: Record<string, unknown>, id = "x") =>
  codeOfRoute("changeThing", everyShape, { params: { id }, body }).cli;

it("quotes any word for a POSIX shell", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      expect(shellArguments(words.map(quote).join(" "))).toEqual(words);
    }),
    { numRuns: 60 },
  );
});

it("gives a text without a last line end as it is", () => {
  const line = codeOf("checkScript", { body: { text: "console.log('a')" } }).cli;
  expect(line).toBe(`printf %s 'console.log('\\''a'\\'')' | berth script check -`);
});

it("gives a shell any text on standard input", () => {
  for (const text of ["a: 1\n", "END\n$HOME `id` 'x'\nEND_\n", "without a last line end", "\\ \" '"]) {
    const output = execFileSync("/bin/sh", ["-c", `cat ${hereDocument(text)}`], { encoding: "utf8" });
    expect(output).toBe(text.endsWith("\n") ? text : `${text}\n`);
  }
});

it.each([
  [{ name: "shop", sizeGiB: 8 }, "berth thing change --name shop --size-gib 8 x"],
  [{ isBig: true }, "berth thing change --is-big x"],
  [{ isBig: false, note: null }, "berth thing change --no-is-big --no-note x"],
  [{ pools: ["a", "b"] }, "berth thing change --pools a --pools b x"],
  [{ pools: [] }, "berth thing change --pools '[]' x"],
  [{ pools: ["[a"] }, `berth thing change --pools '["[a"]' x`],
  [{ price: { perDay: "0.50" } }, "berth thing change --price.per-day 0.50 x"],
  [{ labels: { tier: "web" } }, "berth thing change --labels tier=web x"],
  [{ labels: { "a=b": "c" } }, `berth thing change --labels '{"a=b":"c"}' x`],
  [{ parts: [{ name: "a b" }] }, `berth thing change --parts '{"name":"a b"}' x`],
  [{ name: "-5" }, "berth thing change --name=-5 x"],
  [{ name: "" }, "berth thing change --name= x"],
  [{ name: "it's" }, `berth thing change --name 'it'\\''s' x`],
])("says %j by flags", (body, line) => {
  expect(lineOf(body)).toBe(line);
});

it("says by a document what flags can't", () => {
  expect(lineOf({ name: "a", price: {} })).toBe(
    `berth thing change --from - x <<'END'\n{\n  "name": "a",\n  "price": {}\n}\nEND`,
  );
});

it("keeps an argument that begins with a dash from being taken for a flag", () => {
  expect(lineOf({}, "-rf")).toBe("berth thing change -- -rf");
});

it("asks nothing where something is deleted, and hands documents over as they are", () => {
  expect(codeOf("deleteService", { params: { id: "shop" } }).cli).toBe("berth service delete --yes shop");
  const { cli } = codeOf("applyTemplate", { body: { document: "kind: ServiceTemplate\n" } });
  expect(cli).toBe("berth template apply - <<'END'\nkind: ServiceTemplate\nEND");
});

it("has curl send the same request, with what its headers need", () => {
  const { curl } = codeOfRoute("changeThing", everyShape, {
    params: { id: "a b" },
    body: { name: "it's" },
    ifMatch: 3,
  });
  expect(curl).toBe(
    [
      "curl --fail-with-body \\",
      "  -X POST \\",
      '  "$BERTH_URL"/v1/things/a%20b \\',
      '  -H "Authorization: Bearer $BERTH_TOKEN" \\',
      '  -H "Idempotency-Key: shown-$(date +%s)-$$" \\',
      `  -H 'If-Match: "3"' \\`,
      "  -H 'Content-Type: application/json' \\",
      "  --data-binary @- <<'END'",
      "{",
      `  "name": "it's"`,
      "}",
      "END",
    ].join("\n"),
  );
});

it("has TypeScript make the same call", () => {
  expect(codeOf("startServer", { params: { id: "shop-app-1" }, body: {} }).typescript).toContain(
    'const answer = await berth.startServer({ params: { id: "shop-app-1" }, body: {} });',
  );
  expect(codeOf("watchOperation", { params: { id: "shop" } }).typescript).toContain(
    'for await (const event of berth.watchOperation({ params: { id: "shop" } })) console.log(event);',
  );
});

it("writes any values as TypeScript that means them", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 3 }), (value) => {
      const { typescript } = codeOfRoute("changeThing", everyShape, { params: { id: "x" }, body: { value } });
      const literal = /berth\.changeThing\(([\s\S]*)\);\nconsole/.exec(typescript)?.[1] ?? "";
      const read: unknown = new Function(`return (${literal});`)();
      expect(JSON.stringify(read)).toBe(JSON.stringify({ params: { id: "x" }, body: { value } }));
    }),
    { numRuns: 100 },
  );
});
