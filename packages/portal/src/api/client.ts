import { type Client, createClient } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import { heardFrom, lostWith, sessionEnded } from "./connection.ts";

export type BerthContract = typeof contract;
export type Api = Client<BerthContract>;
export type OperationName = keyof BerthContract;

/** The public API, with the session's cookie. A page of another site can't add the header, so it can change nothing. */
export const api: Api = createClient(contract, {
  url: location.origin,
  headers: { "x-berth-csrf": "1" },
  retries: 1,
  onResponse: (response) => {
    // What stands between (a proxy whose server is away) answers too, but not for Berth.
    if (response.status === 502 || response.status === 504) lostWith("controller");
    else heardFrom("controller");
    if (response.status === 401 && !response.url.endsWith("/v1/session")) sessionEnded();
  },
});
