import { addressContract } from "@berth/api/address.ts";
import { identityRangeContract } from "@berth/api/identity-range.ts";
import { networkContract } from "@berth/api/network.ts";
import type { Db } from "../kernel/db/db.ts";
import { mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { releaseAddress, reserveAddress } from "./address-actions.ts";
import { ADDRESS_ORDER, addressRows, addressView } from "./address-list.ts";
import { createIdentityRange, deleteIdentityRange, identityRangeView } from "./identity-range-actions.ts";
import { addRange, createNetworks, deleteNetwork, getNetwork, removeRange, updateNetwork } from "./network-actions.ts";
import { networkRows, networkView } from "./network-list.ts";

export interface FabricDeps {
  readonly db: Db;
}

export function fabricRoutes({ db }: FabricDeps): RouteSet {
  return implement(
    { ...networkContract, ...addressContract, ...identityRangeContract },
    {
      listNetworks: async ({ query }) => {
        const rows = networkRows(db)
          .$if(query.site !== undefined, (q) => q.where("site.name", "=", query.site ?? ""))
          .$if(query.pxe !== undefined, (q) => q.where("network.pxe", "=", query.pxe ?? false));
        const page = await pageQuery(rows, query, {
          sorts: { name: textKey("network.name"), createdAt: timeKey("network.created_at") },
          standard: "name",
          id: uuidKey("network.id"),
          search: textKey("network.name"),
        });
        return mapPage(page, networkView);
      },
      getNetwork: async ({ params }) => networkView(await getNetwork(db, params.id)),
      createNetwork: async ({ actor, body }) => {
        const [made] = await createNetworks(db, actor, [body], false);
        if (made === undefined) throw new Error("creating a network answered none");
        return networkView(made);
      },
      createNetworks: async ({ actor, body }) => ({
        items: (await createNetworks(db, actor, body.items, true)).map(networkView),
      }),
      updateNetwork: async ({ actor, params, body, ifMatch }) =>
        networkView(await updateNetwork(db, actor, { network: params.id, ifMatch, change: body })),
      deleteNetwork: async ({ actor, params }) => {
        await deleteNetwork(db, actor, params.id);
        return {};
      },
      addNetworkRange: async ({ actor, params, body }) => networkView(await addRange(db, actor, params.id, body)),
      removeNetworkRange: async ({ actor, params }) =>
        networkView(await removeRange(db, actor, params.id, params.range)),

      listAddresses: async ({ query }) => {
        const page = await pageQuery(addressRows(db, query), query, {
          sorts: { ip: textKey(ADDRESS_ORDER) },
          standard: "ip",
          id: uuidKey("address.id"),
          search: textKey("server.name"),
        });
        return mapPage(page, addressView);
      },
      reserveAddress: async ({ actor, body }) => reserveAddress(db, actor, body),
      releaseAddress: async ({ actor, params }) => {
        await releaseAddress(db, actor, params.id);
        return {};
      },

      listIdentityRanges: async ({ query }) => {
        const rows = db
          .selectFrom("identity_range")
          .selectAll()
          .$if(query.kind !== undefined, (q) => q.where("kind", "=", query.kind ?? ""));
        const page = await pageQuery(rows, query, {
          sorts: { name: textKey("identity_range.name"), createdAt: timeKey("identity_range.created_at") },
          standard: "createdAt",
          id: uuidKey("identity_range.id"),
          search: textKey("identity_range.name"),
        });
        return mapPage(page, identityRangeView);
      },
      createIdentityRange: async ({ actor, body }) => createIdentityRange(db, actor, body),
      deleteIdentityRange: async ({ actor, params }) => {
        await deleteIdentityRange(db, actor, params.id);
        return {};
      },
    },
  );
}
