import { type Client, createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import { sdkConfig } from "./config.ts";

export type Berth = Client<typeof contract>;

/** A client of every operation of the API; address and token are those of `BERTH_URL` and `BERTH_TOKEN`, if not given. */
export function connect(options: { readonly url?: string; readonly token?: string } = {}): Berth {
  const url = options.url ?? sdkConfig.url;
  if (url === null) throw new Error("BERTH_URL is not set; say where Berth is, like connect({ url })");
  const token = options.token ?? sdkConfig.token ?? undefined;
  return createClient(contract, { url, token });
}
