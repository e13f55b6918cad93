import type { Db } from "../kernel/db/db.ts";
import type { Log } from "../kernel/log.ts";
import type { Reconciler } from "../kernel/schedule/reconcile.ts";
import { edgeSocketOf, isEdgeTold, tellEdge } from "./edge-dhcp.ts";

const EVERY_MS = 10_000;

/** Keeps every site's DHCP as the records have it: new networks reach it, and an edge that was restarted is told again. */
export function dhcpSync({ db, log }: { db: Db; log: Log }): Reconciler {
  return {
    name: "dhcp-sync",
    everyMs: EVERY_MS,
    async pass(signal) {
      const seen = { checked: 0, changed: 0, failed: 0 };
      for (const site of await db.selectFrom("site").select(["id", "name", "dial"]).orderBy("name").execute()) {
        if (signal.aborted || edgeSocketOf(site.dial) === null) continue;
        seen.checked += 1;
        try {
          if (await isEdgeTold(db, site.id, { signal })) continue;
          await tellEdge(db, site.id);
          seen.changed += 1;
        } catch (error) {
          seen.failed += 1;
          log.debug("the site's edge could not be told of its DHCP", { site: site.name, error });
        }
      }
      return seen;
    },
  };
}
