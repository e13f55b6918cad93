import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnyInput, callRoute, linesRoute } from "@berth/api/client.ts";
import { codeOf } from "@berth/api/code.ts";
import { contract } from "@berth/api/contract.ts";
import type { Contract, Route } from "@berth/api/route.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { createRandom, sampleOf } from "./samples.ts";

/**
 * What "Show code" shows does what the button does (CAP Q3): the line for the shell, curl and the script are run as
 * they are, and each must send the very request that the portal's client sends. All of the contract with `--all`, else
 * some by a printed seed.
 */

const ROOT = join(import.meta.dirname, "..");
const SEED = Number(process.env.E2E_SEED ?? Math.floor(Math.random() * 1_000_000));
const PER_RUN = 10;
const TRIES = 3_000;
const DEADLINE_MS = 60_000;

type Operation = keyof typeof contract;

/** Where neither chance nor the example of the help finds values that fit. */
const SAMPLES: Partial<Record<Operation, AnyInput>> = {
  putPriceList: {
    body: {
      ...{ currency: "EUR", physicalServer: "12.5", virtualServer: "1", core: "0.2" },
      ...{ memoryGiB: "0.05", address: "0.01", storageGiB: "0.002" },
    },
    ifMatch: 3,
  },
  createNetworks: { body: { items: [{ name: "it-s", site: "default", cidr: "10.1.0.0/24" }] } },
  createMachines: {
    body: {
      items: [
        { name: "blade-1", site: "default", provider: "redfish", settings: { password: 'it\'s a "secret" $HOME' } },
      ],
    },
  },
  accessServer: { params: { id: "shop-app-1" }, body: { publicKey: `ssh-ed25519 ${"A".repeat(68)}` } },
  setLdap: {
    body: { url: "ldap://127.0.0.1:1389", base: "dc=example,dc=org", userFilter: "(&(uid={name})(!(a=$(id))))" },
  },
};

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: unknown;
  readonly body: unknown;
  readonly ifMatch: string | null;
  readonly hasKey: boolean;
}

const routes = contract as Contract;
const random = createRandom(SEED);
const operations = Object.keys(contract) as Operation[];
// A stream would not end, as nobody here has anything to say in it.
const callable = operations.filter((operation) => routes[operation]?.stream !== true);
const chosen = inject("all") ? callable : shuffled(callable).slice(0, PER_RUN);

describe(`the code that is shown (E2E_SEED=${SEED})`, () => {
  const seen: { method: string; url: string; headers: Record<string, unknown>; body: string }[] = [];
  let server: Server;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "berth-code-"));
    const launcher = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "packages/cli/src/main.ts")}' "$@"\n`;
    await writeFile(join(folder, "berth"), launcher, { mode: 0o755 });
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = "", url: target = "", headers } = request;
      seen.push({ method, url: target, headers, body: Buffer.concat(chunks).toString() });
      // Refused for good, so that nobody tries again or follows what was started.
      const problem = { code: "forbidden", message: "this is a recorder", requestId: "r" };
      response.writeHead(403, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  /** The one request that came while something was done, in the words of its route. */
  async function requestOf(route: Route, deed: () => Promise<unknown>): Promise<Seen> {
    seen.length = 0;
    const said = await deed();
    const [first, ...more] = seen;
    if (first === undefined) throw new Error(`nothing was sent: ${String(said)}`);
    expect(more).toEqual([]);
    const { pathname, searchParams } = new URL(first.url, url);
    expect(first.headers.authorization).toBe("Bearer a-token-of-the-test");
    return {
      method: first.method,
      path: pathname,
      // By the schema, as the server reads them: a default that is said and one that is not are the same.
      query: route.query?.parse(grouped(searchParams)) ?? null,
      body: route.body?.parse(first.body === "" ? {} : JSON.parse(first.body)) ?? null,
      ifMatch: (first.headers["if-match"] as string | undefined) ?? null,
      hasKey: first.headers["idempotency-key"] !== undefined,
    };
  }

  const env = () => ({
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    BERTH_URL: url,
    BERTH_TOKEN: "a-token-of-the-test",
    BERTH_STATE_DIR: folder,
  });
  const press = async (route: Route, input: AnyInput) => {
    const options = { url, token: "a-token-of-the-test", retries: 0 };
    return route.lines === true ? linesRoute(options, route, input).next() : callRoute(options, route, input);
  };
  const shell = (line: string) => run("/bin/sh", ["-c", line], { env: env() });

  /** What the example of the command's own help sends. */
  async function exampleInput(route: Route): Promise<AnyInput> {
    const { path, body } = await requestOf(route, () => shell(route.cli?.example ?? ""));
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const pattern = new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "([^/]+)")}$`);
    const values = (pattern.exec(path) ?? []).slice(1).map(decodeURIComponent);
    return {
      ...(names.length === 0 ? {} : { params: Object.fromEntries(names.map((name, i) => [name, values[i]])) }),
      ...(route.body === undefined ? {} : { body }),
      ...(route.versioned === true ? { ifMatch: 3 } : {}),
    };
  }

  it.each(chosen)("%s: shell, curl and script send what the button sends", async (operation) => {
    const route = routes[operation] as Route;
    const input = SAMPLES[operation] ?? sampleInput(route) ?? (await exampleInput(route));
    const code = codeOf(operation, input);
    const button = await requestOf(route, () => press(route, input).catch(String));
    if (code.cli !== null) expect(await requestOf(route, () => shell(code.cli ?? ""))).toEqual(button);
    expect(await requestOf(route, () => shell(code.curl))).toEqual(button);
    const script = await requestOf(route, () =>
      run(process.execPath, ["--input-type=module-typescript", "-"], {
        env: env(),
        cwd: join(ROOT, "packages/sdk"),
        stdin: code.typescript,
      }),
    );
    expect(script).toEqual(button);
  });
});

/** Values that the route's own schemas take; null when none were found, as for keys, addresses and what depends on others. */
function sampleInput(route: Route): AnyInput | null {
  const part = (schema: z.ZodType | undefined): { value: unknown } | null => {
    if (schema === undefined) return { value: undefined };
    const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Record<string, unknown>;
    for (let i = 0; i < TRIES; i += 1) {
      const value = sampleOf(json, { random, known: ["name-1", "10.1.0.0/24"] });
      // What JSON can't say, such as half a character, can't be sent by anybody.
      if (schema.safeParse(value).success && JSON.stringify(value).isWellFormed()) return { value };
    }
    return null;
  };
  const [params, query, body] = [part(route.params), part(route.query), part(route.body)];
  if (params === null || query === null || body === null) return null;
  return {
    params: params.value as Record<string, unknown> | undefined,
    query: query.value as Record<string, unknown> | undefined,
    body: body.value,
    ...(route.versioned === true ? { ifMatch: 3 } : {}),
  };
}

function grouped(query: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries([...query].map(([name, value]) => [name, asTyped(value)]));
}

function asTyped(value: string): unknown {
  return value === "true" ? true : value === "false" ? false : value;
}

function run(
  command: string,
  args: readonly string[],
  options: { env: Record<string, string>; cwd?: string; stdin?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["pipe", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(String(chunk)));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(timer);
      resolve(said.join(""));
    });
  });
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
