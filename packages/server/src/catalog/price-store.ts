import type { Db, Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { PriceList } from "./price-rules.ts";

export interface VersionedPriceList {
  readonly version: number;
  readonly list: PriceList;
}

export async function readPriceList(db: Db | Tx): Promise<VersionedPriceList> {
  const row = await db.selectFrom("price_list").selectAll().executeTakeFirstOrThrow();
  return {
    version: row.version,
    list: {
      currency: row.currency,
      physicalServer: row.physical_server,
      virtualServer: row.virtual_server,
      core: row.core,
      memoryGiB: row.memory_gib,
      address: row.address,
      storageGiB: row.storage_gib,
    },
  };
}

/** Replaces the list; `precondition_failed` when it is not the version that was seen. */
export async function writePriceList(tx: Tx, list: PriceList, version: number): Promise<void> {
  const done = await tx
    .updateTable("price_list")
    .set({
      version: version + 1,
      currency: list.currency,
      physical_server: list.physicalServer,
      virtual_server: list.virtualServer,
      core: list.core,
      memory_gib: list.memoryGiB,
      address: list.address,
      storage_gib: list.storageGiB,
    })
    .where("version", "=", version)
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n)
    throw new AppError("precondition_failed", "somebody has changed the price list since; look at it again");
}
