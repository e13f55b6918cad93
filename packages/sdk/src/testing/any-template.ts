import fc from "fast-check";
import type { Json } from "../json.ts";

/** Generated templates that the schema takes, with what makes conversions hard: scripts, odd texts, many disks. */

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/);
const size = fc
  .tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom("MiB", "GiB", "TiB"))
  .map((pair) => pair.join(""));
const oddText = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
  fc.constantFrom(
    "yes",
    "null",
    "1e3",
    "0x10",
    "# no comment",
    "- item",
    "a: b",
    "`${x}`",
    "\\",
    " ",
    "\u2028",
    "tab\there",
  ),
);
const line = fc.oneof(oddText, fc.constantFrom("  indented", 'echo "${HOME}" `date`', "trailing  ", "", "\t"));
const script = fc.array(line, { minLength: 1, maxLength: 6 }).chain((lines) =>
  fc.constantFrom("\n", "\r\n").chain((end) =>
    fc.constantFrom("", "\n", "\n\n").map((last) => {
      const text = lines.join(end) + last;
      return text === "" ? "true" : text;
    }),
  ),
);

const optional = (fields: Record<string, fc.Arbitrary<Json>>) => fc.record(fields, { requiredKeys: [] });
const merged = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<Json> =>
  fc.tuple(...parts).map((values) => Object.assign({}, ...values) as Json);

const disk = merged(
  fc.record({ name, size }),
  optional({ role: fc.constantFrom("boot", "data", "shared") }) as fc.Arbitrary<object>,
);

const nic = (network: string) =>
  merged(
    fc.constant({ network }),
    optional({
      mode: fc.constantFrom("automatic", "static", "dhcp"),
      address: fc.ipV4(),
      primary: fc.boolean(),
    }) as fc.Arbitrary<object>,
  );

const group = (groupName: string, networks: readonly string[]) =>
  merged(
    fc.record({
      name: fc.constant(groupName),
      kind: fc.constantFrom("physical", "virtual", "either"),
      cores: fc.integer({ min: 1, max: 1024 }),
      memory: size,
      image: name,
      hostname: name.map((text) => `${text}#`),
      disks: fc.uniqueArray(disk, { minLength: 1, maxLength: 5, selector: (one) => (one as { name: string }).name }),
      nics: fc
        .subarray([...networks], { minLength: 1 })
        .chain((chosen) => fc.tuple(...chosen.map((network) => nic(network)))),
    }),
    optional({
      count: fc.integer({ min: 1, max: 200 }),
      firmware: fc.constantFrom("bios", "uefi"),
      goal: fc.constantFrom("best-fit", "spread"),
    }) as fc.Arbitrary<object>,
  );

const hook = (groups: readonly string[]) =>
  merged(
    fc.record({
      name,
      at: fc.constantFrom("before-create", "after-create", "before-delete", "after-delete"),
      run: script.map((text) => ({ script: text })),
    }),
    optional({
      group: fc.constantFrom(...groups),
      env: fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/), oddText),
    }) as fc.Arbitrary<object>,
  );

const position = fc.record({ x: fc.integer({ min: -5000, max: 5000 }), y: fc.integer({ min: -5000, max: 5000 }) });

export const anyTemplate: fc.Arbitrary<Json> = fc
  .tuple(
    fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
  .chain(([groups, networks, declared]) =>
    merged(
      fc.record({
        apiVersion: fc.constant("berth/v1"),
        kind: fc.constant("ServiceTemplate"),
        metadata: merged(fc.record({ name, title: oddText }), optional({ notes: script }) as fc.Arbitrary<object>),
        spec: merged(
          fc.record({ groups: fc.tuple(...groups.map((one) => group(one, networks))) }),
          fc.constant(declared ? { networks: [...networks] } : {}),
          optional({
            costs: fc.array(fc.record({ name: oddText, perDay: fc.constantFrom("1", "0.75") }), { maxLength: 3 }),
            hooks: fc.array(hook(groups), { maxLength: 4 }),
          }) as fc.Arbitrary<object>,
        ),
      }),
      optional({
        layout: fc.dictionary(fc.constantFrom(...groups.map((one) => `group:${one}`), "network:elsewhere"), position, {
          maxKeys: 4,
        }),
      }) as fc.Arbitrary<object>,
    ),
  );
