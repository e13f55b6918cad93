import { type Client, createClient, urlOf } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import type { Route } from "@berth/api/route.ts";
import type { RunningController } from "./house.ts";

export interface Person {
  readonly name: string;
  readonly token: string;
  readonly api: Client<typeof contract>;
}

/** Adds a user, signs in as her, and makes her a token. */
export async function addPerson(controller: RunningController, name: string): Promise<Person> {
  const { password } = await controller.api.createUser({ body: { name } });
  const cookies: string[] = [];
  const onResponse = (response: Response) => cookies.push(...response.headers.getSetCookie());
  const { url } = controller;
  await createClient(contract, { url, onResponse }).login({ body: { name, password: password ?? "" } });
  const cookie = cookies.map((line) => line.split(";", 1)[0] ?? "").join("; ");
  const session = createClient(contract, { url, headers: { cookie, "x-berth-csrf": "1" } });
  const { token } = await session.createToken({ body: { name: `token-of-${name}` } });
  return { name, token, api: createClient(contract, { url, token }) };
}

/** The parts of a request to any route. */
export interface Asked {
  readonly params?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

export interface Reply {
  readonly status: number;
  /** Parsed; null for a stream, which is not read. */
  readonly body: unknown;
  readonly tookMs: number;
}

const LIMIT_MS = 60_000;

/** One request as it is on the wire, without the client's own judgement of answers. */
export async function ask(url: string, token: string, route: Route, asked: Asked): Promise<Reply> {
  const begin = performance.now();
  const response = await fetch(urlOf(url, route.path, asked), {
    method: route.method,
    signal: AbortSignal.timeout(LIMIT_MS),
    redirect: "manual",
    headers: {
      authorization: `Bearer ${token}`,
      ...(route.starts === true ? { "idempotency-key": crypto.randomUUID() } : {}),
      ...(route.versioned === true ? { "if-match": '"1"' } : {}),
      ...(asked.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
  });
  const tookMs = performance.now() - begin;
  if ((route.stream === true || route.lines === true) && response.ok) {
    await response.body?.cancel();
    return { status: response.status, body: null, tookMs };
  }
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text), tookMs };
}
