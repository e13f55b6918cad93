import { randomBytes } from "node:crypto";
import { text as readAll } from "node:stream/consumers";
import { createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import type { Command } from "commander";
import { clientConfig } from "./client-config.ts";
import { forgetConnection, openClient, readConnection, saveConnection } from "./connection.ts";
import { ask, askSecret } from "./prompt.ts";
import { UsageError } from "./usage-error.ts";

interface LoginOptions {
  readonly url?: string;
  readonly passwordStdin?: true;
}

export function registerLogin(program: Command): void {
  program
    .command("login")
    .argument("[name]", "asked for when it is not given")
    .description("sign in, and keep a token for this computer; never the password")
    .option("--url <url>", "where Berth is")
    .option("--password-stdin", "take the password from standard input")
    .addHelpText("after", "\nExample:\n  berth login ada --url http://127.0.0.1:7770")
    .action(login);
  program
    .command("logout")
    .description("give this computer's token back, and forget it")
    .addHelpText("after", "\nExample:\n  berth logout")
    .action(logout);
}

async function login(name: string | undefined, options: LoginOptions): Promise<void> {
  const url = options.url ?? (await readConnection()).url;
  if (!URL.canParse(url)) throw new UsageError(`${url} is not a URL.`);
  const who = name ?? (await ask("Name: "));
  const password = options.passwordStdin ? (await readAll(process.stdin)).trimEnd() : await askSecret("Password: ");

  const cookies: string[] = [];
  const onResponse = (response: Response) => cookies.push(...response.headers.getSetCookie());
  await createClient(contract, { url, onResponse }).login({ body: { name: who, password } });
  const cookie = cookies.map((line) => line.split(";", 1)[0] ?? "").join("; ");
  // The session is for this one purpose: a cookie on disk would end with it, and a token can be revoked by name.
  const session = createClient(contract, { url, headers: { cookie, "x-berth-csrf": "1" } });
  const { name: tokenName, token } = await session.createToken({ body: { name: newTokenName() } });
  await session.logout();
  await saveConnection({ url, token });
  console.log(`Signed in at ${url} as ${who}; the token ${tokenName} is in ${clientConfig.credentialsFile}`);
}

async function logout(): Promise<void> {
  const client = await openClient();
  await client.logout();
  await forgetConnection();
}

/** Unlike any before: the same computer may sign in many times. */
function newTokenName(): string {
  const host = clientConfig.hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40);
  return `cli-${host}-${randomBytes(3).toString("hex")}`.replaceAll(/-+/g, "-");
}
