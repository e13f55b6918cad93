import { volumeContract } from "@berth/api/volume.ts";
import type { Db } from "../kernel/db/db.ts";
import { mapPage, pageQuery, textKey, timeKey, uuidKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { volumeRows, volumeView } from "./volume-list.ts";

export interface StorageDeps {
  readonly db: Db;
}

export function storageRoutes({ db }: StorageDeps): RouteSet {
  return implement(volumeContract, {
    listVolumes: async ({ query }) => {
      const page = await pageQuery(volumeRows(db, query), query, {
        sorts: { name: textKey("volume.name"), createdAt: timeKey("volume.created_at") },
        standard: "name",
        id: uuidKey("volume.id"),
        search: textKey("volume.name"),
      });
      return mapPage(page, volumeView);
    },
  });
}
