import { ClientError } from "@berth/api/client-error.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";
import { makeTinyImage, publish } from "./steps.ts";

/** Requests that must be refused: with which code, and which field is named. Nothing may be changed by any of them. */
const END = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();
const PAST = "2020-01-01T00:00:00Z";
const good = {
  service: "shop",
  template: "small",
  completion: "x",
  email: "ops@example.org",
  endsAt: END,
  pools: ["default"],
};
const LONG = "a".repeat(64);

type Row = readonly [name: string, change: Record<string, unknown>, code: string, field: string | null];

const ROWS: readonly Row[] = [
  ["no service name", { service: undefined }, "invalid_request", "service"],
  ["an empty service name", { service: "" }, "invalid_request", "service"],
  ["capitals in the service name", { service: "Shop" }, "invalid_request", "service"],
  ["a space in the service name", { service: "my shop" }, "invalid_request", "service"],
  ["a dot in the service name", { service: "shop.one" }, "invalid_request", "service"],
  ["a hyphen at its start", { service: "-shop" }, "invalid_request", "service"],
  ["a hyphen at its end", { service: "shop-" }, "invalid_request", "service"],
  ["64 characters", { service: LONG }, "invalid_request", "service"],
  ["a number for a name", { service: 7 }, "invalid_request", "service"],
  ["null for a name", { service: null }, "invalid_request", "service"],
  ["an umlaut", { service: "büro" }, "invalid_request", "service"],
  ["a newline in the name", { service: "shop\nrm" }, "invalid_request", "service"],
  ["a NUL in the name", { service: "shop\u0000" }, "invalid_request", null],
  ["no template", { template: undefined }, "invalid_request", "template"],
  ["a template that is not there", { template: "no-such-thing" }, "invalid_request", "template"],
  ["a version that is not there", { template: "small@99" }, "invalid_request", "template"],
  ["version 0", { template: "small@0" }, "invalid_request", "template"],
  ["a version that is a word", { template: "small@latest" }, "invalid_request", "template"],
  ["a path for a template", { template: "../small" }, "invalid_request", "template"],
  ["a template with an empty version", { template: "small@" }, "invalid_request", "template"],
  ["a template that is not published", { template: "hidden" }, "invalid_request", "template"],
  ["no completion", { completion: undefined }, "invalid_request", "completion"],
  ["an empty completion", { completion: "" }, "invalid_request", "completion"],
  ["a completion of 21 characters", { completion: "a".repeat(21) }, "invalid_request", "completion"],
  ["an underscore in the completion", { completion: "a_b" }, "invalid_request", "completion"],
  ["a # in the completion", { completion: "a#" }, "invalid_request", "completion"],
  ["capitals in the completion", { completion: "ABC" }, "invalid_request", "completion"],
  ["a completion that ends in a hyphen", { completion: "ab-" }, "invalid_request", "completion"],
  ["a shell's words for a completion", { completion: "$(reboot)" }, "invalid_request", "completion"],
  ["a semicolon in the completion", { completion: "a;b" }, "invalid_request", "completion"],
  ["no mail address", { email: undefined }, "invalid_request", "email"],
  ["a mail address without @", { email: "ops" }, "invalid_request", "email"],
  ["a mail address with a space", { email: "ops @example.org" }, "invalid_request", "email"],
  ["a mail address with a newline", { email: "ops@example.org\nBcc: x@example.org" }, "invalid_request", "email"],
  ["a mail address of 300 characters", { email: `${"a".repeat(290)}@example.org` }, "invalid_request", "email"],
  ["a list of mail addresses", { email: ["ops@example.org"] }, "invalid_request", "email"],
  ["no end", { endsAt: undefined }, "invalid_request", "endsAt"],
  ["an end in the past", { endsAt: PAST }, "invalid_request", "endsAt"],
  ["an end that is no date", { endsAt: "tomorrow" }, "invalid_request", "endsAt"],
  ["an end without a time zone", { endsAt: "2030-01-01T00:00:00" }, "invalid_request", "endsAt"],
  ["an end that is a day only", { endsAt: "2030-01-01" }, "invalid_request", "endsAt"],
  ["the 30th of February", { endsAt: "2030-02-30T00:00:00Z" }, "invalid_request", "endsAt"],
  ["an end in two hundred years", { endsAt: "2226-01-01T00:00:00Z" }, "invalid_request", "endsAt"],
  ["an end that is a number", { endsAt: 1_900_000_000 }, "invalid_request", "endsAt"],
  ["a start in the past", { startsAt: PAST }, "invalid_request", "startsAt"],
  ["a start after the end", { startsAt: "2030-01-01T00:00:00Z" }, "invalid_request", "endsAt"],
  ["a start that is null", { startsAt: null }, "invalid_request", "startsAt"],
  ["a start that is no date", { startsAt: "now" }, "invalid_request", "startsAt"],
  ["no pool at all", { pools: [] }, "invalid_request", "pools"],
  ["a pool that is not there", { pools: ["nowhere"] }, "invalid_request", "pools"],
  ["one good pool and one that is not there", { pools: ["default", "nowhere"] }, "invalid_request", "pools"],
  ["a pool that is no name", { pools: ["De fault"] }, "invalid_request", "pools"],
  ["a text for the pools", { pools: "default" }, "invalid_request", "pools"],
  ["21 pools", { pools: Array.from({ length: 21 }, (_, i) => `p${i}`) }, "invalid_request", "pools"],
  ["a lease policy that is not there", { leasePolicy: "explode" }, "invalid_request", "leasePolicy"],
  ["a lease policy that is a boolean", { leasePolicy: true }, "invalid_request", "leasePolicy"],
  ["a failure policy that is not there", { onFailure: "retry" }, "invalid_request", "onFailure"],
  ["a field that is not there", { price: 0 }, "invalid_request", "price"],
  ["an owner for somebody else", { owner: "admin" }, "invalid_request", "owner"],
  ["a state of its own", { state: "approved" }, "invalid_request", "state"],
  ["a field of the prototype", { constructor: 1 }, "invalid_request", "constructor"],
  ["more than there is", { template: "huge" }, "insufficient_capacity", null],
  ["host names that get too long", { template: "long", completion: "a".repeat(20) }, "invalid_request", "completion"],
  ["host names that come twice", { template: "twice" }, "invalid_request", "completion"],
];

let house: House;
let controller: RunningController;

beforeAll(async () => {
  house = await startHouse({ blades: 1, hosts: 1 });
  controller = await house.startController();
  await moveIn(house, controller.api);
  await makeTinyImage(controller.api);
  await publish(controller.api, template("small", group("a", "a#")));
  await publish(controller.api, template("huge", group("a", "a#", { count: 200, cores: 64 })));
  await publish(controller.api, template("twice", group("a", "w#", { count: 2 }), group("b", "w#1")));
  await publish(controller.api, template("long", group("a", `${"l".repeat(30)}#${"r".repeat(30)}`)));
  await controller.api.applyTemplate({ body: { document: template("hidden", group("a", "a#")), publish: false } });
});

afterAll(async () => {
  await house?.stop();
});

describe("a wrong request is refused, names its field, and changes nothing (CAP B3)", () => {
  it.each(ROWS)("%s", async (_name, change, code, field) => {
    const before = await everything();
    // What is sent on purpose is not what the types allow.
    const body = { ...good, ...change } as unknown as typeof good;
    const error = await controller.api.createRequest({ body }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ClientError);
    const problem = error as ClientError;
    expect(problem.code, problem.message).toBe(code);
    if (field !== null) expect(problem.fields.map((wrong) => wrong.field.split(/[.[]/)[0])).toContain(field);
    if (code === "insufficient_capacity") expect(problem.reasons.length).toBeGreaterThan(0);
    expect(await everything()).toEqual(before);
  });
});

const TABLES = [
  "request",
  "service",
  "server",
  "reservation",
  "address",
  "identity_claim",
  "volume",
  "profile",
  "operation",
] as const;

async function everything(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of TABLES) {
    const row = await house.db.db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    counts[table] = row.n;
  }
  return counts;
}

function group(name: string, hostname: string, more: { count?: number; cores?: number } = {}): string {
  return `    - name: ${name}
      kind: virtual
      count: ${more.count ?? 1}
      cores: ${more.cores ?? 1}
      memory: 512MiB
      image: tiny
      hostname: "${hostname}"
      disks: [{ name: root, size: 1GiB, role: boot }]
      nics: [{ network: lan, primary: true }]`;
}

function template(name: string, ...groups: string[]): string {
  return `apiVersion: berth/v1
kind: ServiceTemplate
metadata: { name: ${name}, title: ${name} }
spec:
  groups:
${groups.join("\n")}
`;
}
