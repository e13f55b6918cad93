import { type AnyInput, type ClientOptions, callRoute } from "@berth/api/client.ts";
import { clean } from "../render/text.ts";
import { ask } from "./prompt.ts";
import { UsageError } from "./usage-error.ts";
import { readerOf, type VerbRoute } from "./verb-route.ts";

/** Names what will be lost and asks, where somebody sits at a terminal. A script has said what it means. */
export async function confirm(
  connection: ClientOptions,
  route: VerbRoute,
  input: AnyInput,
  warning: string,
): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return;
  const reader = readerOf(route);
  const thing = reader === undefined ? null : await callRoute(connection, reader, { params: input.params ?? {} });
  const { name, servers } = (thing ?? {}) as { name?: string; servers?: readonly { name: string }[] };
  const parts =
    servers === undefined || servers.length === 0 ? "" : ` (${servers.map((server) => server.name).join(", ")})`;
  console.error(clean(`${route.cli.words.join(" ")} ${name ?? ""}${parts}\n${warning}`));
  const answer = await ask("Go on? [y/N] ");
  if (!/^y(?:es)?$/i.test(answer)) throw new UsageError("Nothing was done.");
}
