import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { operationContract } from "@berth/api/operation.ts";
import { type ChainDeps, sealAudit } from "@berth/server/audit/seal.ts";
import { forgeAuditName } from "@berth/server/audit/testing/behind.ts";
import { createAuthenticate } from "@berth/server/identity/authenticate.ts";
import { type Administrator, ensureFirstAdministrator } from "@berth/server/identity/first-administrator.ts";
import { createTestDb, type TestDb } from "@berth/server/kernel/db/test-db.ts";
import { AppError } from "@berth/server/kernel/errors.ts";
import type { Handler } from "@berth/server/kernel/http/handler.ts";
import type { HttpServer } from "@berth/server/kernel/http/server.ts";
import { serve } from "@berth/server/kernel/http/testing/serve.ts";
import { identitySets } from "@berth/server/sign-in/testing/identity-sets.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cli, createCli, story } from "./testing/fixture.ts";

let test: TestDb;
let server: HttpServer;
let url: string;
let admin: Administrator;
let cli: Cli;
let chain: ChainDeps;

const ENDS = {
  good: { state: "done", ended: true },
  bad: { state: "failed", ended: true, error: "no host has room" },
  parked: { state: "parked", error: "the BMC does not answer", doors: ["retry", "rollback", "accept"] },
} as const;

beforeAll(async () => {
  test = await createTestDb({ blocks: ["00", "01"] });
  const { db } = test;
  const made = await ensureFirstAdministrator(db);
  if (made === null) throw new Error("there was a user in an empty database");
  admin = made;
  // Operations as they would be told; everything else is real.
  const watchOperation: Handler<(typeof operationContract)["watchOperation"]> = async ({ params }) => {
    const end = ENDS[params.id as keyof typeof ENDS];
    if (end === undefined) throw new AppError("not_found", "There is no such operation.");
    return (async function* () {
      yield* story(params.id, { ...end, doors: "doors" in end ? [...end.doors] : [] });
    })();
  };
  const operations = {
    contract: { watchOperation: operationContract.watchOperation },
    handlers: { watchOperation: watchOperation as unknown as Handler<never> },
  };
  const identity = await identitySets(db);
  chain = identity.chain;
  ({ url, server } = await serve({
    db,
    sets: [...identity.sets, operations],
    authenticate: createAuthenticate(db),
  }));
  cli = await createCli({ BERTH_URL: url, BERTH_TOKEN: admin.token });
});

afterAll(async () => {
  await cli?.remove();
  await server?.close();
  await test?.drop();
  await rm(dirname(chain.memoryFile), { recursive: true, force: true });
});

describe("the commands", () => {
  it("show a table, or what was asked for, or JSON", async () => {
    await cli.run(["user", "create", "ada", "--email", "ada@example.org", "--json"]);
    const table = await cli.run(["user", "list"]);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(
      /^NAME +ROLE +ENABLED +SOURCE +EMAIL +CREATED AT\nada +user +yes +local +ada@example\.org +\d{4}-/,
    );
    const some = await cli.run(["user", "list", "--columns", "name,email", "--sort", "-name", "--role", "user"]);
    expect(some.stdout).toBe("NAME  EMAIL\nada   ada@example.org\n");
    const json = await cli.run(["user", "show", "ada", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: "ada", role: "user" });
  });

  it("fail where the answer says that something is wrong, and write lines as they come (CAP P2)", async () => {
    const whole = await cli.run(["audit", "verify"]);
    expect({ code: whole.code, stdout: whole.stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/OK +yes/) });
    await sealAudit(chain, { isWhole: true, signal: new AbortController().signal });
    await forgeAuditName(test.db, 1, "mallory");
    const broken = await cli.run(["audit", "verify", "--json"]);
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.stdout)).toMatchObject({ ok: false, problem: { position: 1, auditId: 1 } });
    const exported = await cli.run(["audit", "export", "--user", "mallory", "--format", "cloudevents"]);
    expect(exported.code).toBe(0);
    const lines = exported.stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ specversion: "1.0", data: { user: "mallory" } }]);
  });

  it("take pages one by one, or all of them", async () => {
    for (const name of ["page-1", "page-2", "page-3"]) await cli.run(["token", "create", name]);
    const first = await cli.run(["token", "list", "--search", "page", "--sort", "name", "--limit", "2", "--json"]);
    const { items, next } = JSON.parse(first.stdout) as { items: { name: string }[]; next: string };
    expect(items.map((token) => token.name)).toEqual(["page-1", "page-2"]);
    const rest = await cli.run(["token", "list", "--search", "page", "--sort", "name", "--cursor", next, "--json"]);
    expect(JSON.parse(rest.stdout).items).toHaveLength(1);
    const all = await cli.run([
      "token",
      "list",
      "--search",
      "page",
      "--sort",
      "name",
      "--limit",
      "1",
      "--all",
      "--json",
    ]);
    expect(JSON.parse(all.stdout).items).toHaveLength(3);
    const hint = await cli.run(["token", "list", "--search", "page", "--limit", "1"]);
    expect(hint.stderr).toMatch(/--cursor \S+ for the next page, --all/);
  });

  it("change the version that is there, or the one that is named", async () => {
    await cli.run(["user", "create", "grace", "--email", "grace@example.org"]);
    expect((await cli.run(["user", "update", "grace", "--email", "g@example.org"])).code).toBe(0);
    expect((await cli.run(["user", "update", "grace", "--no-email", "--json"])).stdout).toContain('"email":null');
    const stale = await cli.run(["user", "update", "grace", "--email", "x@example.org", "--if-match", "1"]);
    expect(stale).toMatchObject({ code: 4, stderr: expect.stringContaining("changed meanwhile") });
  });

  it("take fields from a file or standard input, and flags win over it", async () => {
    const file = join(cli.stateDir, "user.yaml");
    await writeFile(file, "role: user\nemail: file@example.org\n");
    const made = await cli.run([
      "user",
      "create",
      "from-file",
      "--from",
      file,
      "--email",
      "flag@example.org",
      "--json",
    ]);
    expect(JSON.parse(made.stdout)).toMatchObject({ role: "user", email: "flag@example.org" });
    const piped = await cli.run(["user", "create", "from-stdin", "--from", "-", "--json"], {
      input: '{"email":"in@example.org"}',
    });
    expect(JSON.parse(piped.stdout)).toMatchObject({ email: "in@example.org" });
  });
});

describe("signing in", () => {
  it("keeps a token for this computer only, never the password, and gives it back", async () => {
    const own = await createCli({});
    try {
      const signedIn = await own.run(["login", "admin", "--url", url, "--password-stdin"], {
        input: `${admin.password}\n`,
      });
      expect(signedIn).toMatchObject({ code: 0 });
      const file = join(own.stateDir, "cli.json");
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readFile(file, "utf8")).not.toContain(admin.password);
      expect((await own.run(["whoami"])).stdout).toContain("admin");
      // A token is for the address that it was made for.
      const elsewhere = await own.run(["whoami"], {
        environment: { BERTH_URL: url.replace("127.0.0.1", "localhost") },
      });
      expect(elsewhere.code).toBe(4);
      expect((await own.run(["logout"])).code).toBe(0);
      expect((await own.run(["whoami"], { environment: { BERTH_URL: url } })).code).toBe(4);
    } finally {
      await own.remove();
    }
  });

  it("refuses a wrong password", async () => {
    const refused = await cli.run(["login", "admin", "--password-stdin"], { input: "wrong" });
    expect(refused).toMatchObject({ code: 4, stdout: "" });
    expect(refused.stderr).not.toContain("at ");
  });
});

describe("watching", () => {
  it("tells what happens in lines where nothing can be redrawn, and cleans what comes from elsewhere", async () => {
    const { code, stdout } = await cli.run(["watch", "good"]);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => line.slice(9));
    expect(lines).toEqual([
      "Deliver good: running",
      "Provision app-1: running",
      "Provision app-1 / write-image: running",
      "write-image: half �[31mway",
      "Provision app-1 / write-image: done (12.3s)",
      "Provision app-1: done (12.3s)",
      "Deliver good: done (12.3s)",
    ]);
  });

  it("gives JSON, one object a line, the last one with how it ended", async () => {
    const { code, stdout } = await cli.run(["watch", "bad", "--json"]);
    expect(code).toBe(1);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toEqual({
      event: "end",
      operationId: "bad",
      state: "failed",
      ok: false,
      error: "no host has room",
    });
  });

  it("stops when a person is needed, and names the doors", async () => {
    const { code, stderr } = await cli.run(["watch", "parked"]);
    expect(code).toBe(1);
    expect(stderr).toContain("the BMC does not answer");
    expect(stderr).toContain("berth operation rollback parked");
  });
});

/** Command line, exit code, and what is said. */
const WRONG: [string[], number, RegExp][] = [
  [[], 2, /Usage: berth/],
  [["no-such-command"], 2, /unknown command/],
  [["user"], 2, /Usage: berth user/],
  [["user", "no-such-verb"], 2, /unknown command/],
  [["user", "show"], 2, /missing required argument 'name'/],
  [["user", "show", "ada", "bob"], 2, /too many arguments/],
  [["user", "list", "--no-such-flag"], 2, /unknown option/],
  [["user", "list", "--role"], 2, /argument missing/],
  [["user", "list", "--role", "king"], 2, /Allowed choices are administrator, architect/],
  [["user", "list", "--limit", "ten"], 2, /must be a number/],
  [["user", "list", "--limit", "0"], 2, /limit must be at least 1/],
  [["user", "list", "--limit", "1e3"], 2, /must be a number/],
  [["user", "list", "--limit", "999"], 2, /limit must be at most 500/],
  [["user", "list", "--sort", "password"], 2, /Allowed choices/],
  [["user", "list", "--cursor", "nonsense"], 2, /cursor/],
  [["user", "list", "--search", ""], 2, /search/],
  [["user", "create"], 2, /missing required argument/],
  [["user", "create", "Not A Name"], 2, /name must be lower-case/],
  [["user", "create", "../admin"], 2, /name must be/],
  [["user", "create", "ada2", "--email", "nobody"], 2, /email is not a valid mail address/],
  [["user", "create", "ada2", "--password", "short"], 2, /at least 12 characters/],
  [["user", "create", "ada2", "--from", "/no/such/file"], 2, /can't be read: ENOENT/],
  [["user", "create", "ada2", "--from", "-"], 2, /holds no fields/],
  [["user", "show", "nobody-of-that-name"], 3, /no such user/],
  [["user", "show", ".."], 2, /can't be the name/],
  [["user", "show", ""], 2, /can't be the name/],
  [["user", "show", "a/b?c#d"], 3, /no such user/],
  [["user", "show", "x".repeat(101)], 2, /at most 100 characters/],
  [["user", "disable", "admin"], 4, /only administrator left/],
  [["user", "update", "admin", "--role", "user"], 4, /only administrator left/],
  [["user", "update", "admin", "--if-match", "x"], 2, /If-Match/],
  [["token", "create", "t", "--expires-at", "tomorrow"], 2, /expiresAt is not a valid time/],
  [["token", "create", "t", "--expires-at", "2020-01-01T00:00:00Z"], 2, /in the future/],
  [["token", "revoke", "no-such-token"], 3, /no such token/],
  [["request"], 2, /Usage: berth request/],
  [["request", "two-tier"], 2, /--service, --completion, --email, --ends-at are required/],
  [["request", "create", "two-tier", "--lease-policy", "forever"], 2, /Allowed choices/],
  [["network", "create", "lan", "--site", "s", "--cidr", "c", "--vlan", "x"], 2, /must be a number/],
  [["network", "create", "lan", "--site", "s", "--cidr", "c", "--ranges", "{"], 2, /not JSON/],
  [["template", "apply"], 2, /missing required argument 'file'/],
  [["template", "apply", "/no/such/file"], 2, /can't be read/],
  [["watch"], 2, /missing required argument 'id'/],
  [["watch", "no-such-operation"], 3, /no such operation/],
  [["completion", "tcsh"], 2, /Allowed choices are bash, zsh, fish/],
  [["login", "admin"], 2, /no terminal/],
  [["login", "admin", "--url", "nowhere", "--password-stdin"], 2, /is not a URL/],
];

describe.concurrent("a wrong command line", () => {
  it.each(WRONG.map(([args, code, says]) => ({ args, code, says })))(
    "$args: exit code $code",
    async ({ args, code, says }) => {
      const ran = await cli.run(args);
      expect(ran.stderr).toMatch(says);
      expect(ran.code).toBe(code);
      expect(ran.stderr).not.toMatch(/\n +at /);
      expect(ran.stdout).toBe("");
    },
  );
});

describe("exit codes", () => {
  it("are 1 when nobody answers", async () => {
    const ran = await cli.run(["whoami"], { environment: { BERTH_URL: "http://127.0.0.1:1" } });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("berth up") });
  });

  it("are 4 without a token, with a wrong one, and where only an administrator may", async () => {
    const none = await cli.run(["whoami"], { environment: { BERTH_TOKEN: "" } });
    expect(none.code).toBe(4);
    const wrong = await cli.run(["whoami"], { environment: { BERTH_TOKEN: "wrong-wrong-wrong-wrong" } });
    expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining("berth login") });
    const { password } = JSON.parse((await cli.run(["user", "create", "plain", "--json"])).stdout);
    const own = await createCli({});
    await own.run(["login", "plain", "--url", url, "--password-stdin"], { input: password });
    expect((await own.run(["user", "list"])).code).toBe(4);
    await own.remove();
  });

  it("come with the problem as JSON when JSON was asked for", async () => {
    const { code, stderr } = await cli.run(["user", "show", "nobody", "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "not_found", fields: [] } });
  });

  it("are 0 for help and version, with an example in each command's help", async () => {
    expect((await cli.run(["--version"])).code).toBe(0);
    expect((await cli.run(["--help"])).stdout).toContain("Exit codes:");
    expect((await cli.run(["user", "create", "--help"])).stdout).toContain("Example:\n  berth user create ada");
  });
});

describe("completion", () => {
  it.each([
    [["complete", "--"], "service"],
    [["complete", "--", "service"], "delete"],
    [["complete", "--", "service", "list"], "--state"],
    [["complete", "--", "service", "list", "--state"], "active"],
    [["complete", "--", "completion"], "fish"],
    [["complete", "--", "server", "list", "--kind"], "physical"],
  ])("%j offers %s", async (args, offered) => {
    expect((await cli.run(args)).stdout.split("\n")).toContain(offered);
  });
});
