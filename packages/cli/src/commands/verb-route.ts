import { contract } from "@berth/api/contract.ts";
import type { CliVerb, Route } from "@berth/api/route.ts";

/** A route that the command line offers. */
export type VerbRoute = Route & { readonly cli: CliVerb };

/** The route that shows what this one changes. */
export function readerOf(route: Route): Route | undefined {
  return Object.values(contract).find((other: Route) => other.method === "GET" && other.path === route.path);
}
