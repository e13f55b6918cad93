import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Client, type ClientOptions, createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import { clientConfig } from "./client-config.ts";

interface Saved {
  readonly url: string;
  readonly token: string;
}

/** Where Berth is, and who we are: the environment first, then what `berth up` or `berth login` left. */
export async function readConnection(): Promise<ClientOptions> {
  const saved = await readSaved();
  const url = clientConfig.url ?? saved?.url ?? `http://${clientConfig.listen}`;
  // A token is for the address that it was made for.
  const isForSaved = saved !== null && new URL(saved.url).origin === origin(url);
  return { url, token: clientConfig.token ?? (isForSaved ? saved.token : undefined) };
}

/** The typed client of this user's Berth, for commands of their own. */
export async function openClient(): Promise<Client<typeof contract>> {
  return createClient(contract, await readConnection());
}

export async function saveConnection(saved: Saved): Promise<void> {
  await mkdir(dirname(clientConfig.credentialsFile), { recursive: true, mode: 0o700 });
  // Removed first: an existing file would keep its mode.
  await rm(clientConfig.credentialsFile, { force: true });
  await writeFile(clientConfig.credentialsFile, JSON.stringify(saved), { mode: 0o600 });
}

export async function forgetConnection(): Promise<void> {
  await rm(clientConfig.credentialsFile, { force: true });
}

async function readSaved(): Promise<Saved | null> {
  const text = await readFile(clientConfig.credentialsFile, "utf8").catch(() => null);
  if (text === null) return null;
  const value = parse(text);
  if (typeof value !== "object" || value === null) return null;
  const { url, token } = value as Partial<Saved>;
  return typeof url === "string" && typeof token === "string" && URL.canParse(url) ? { url, token } : null;
}

function origin(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
