import { guestContract } from "@berth/api/guest.ts";
import { audit } from "../audit/audit.ts";
import type { Db } from "../kernel/db/db.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { signCertificate } from "./certificate.ts";
import { fetchPage } from "./fetch-page.ts";
import type { ReachOf } from "./reach.ts";
import { unavailable } from "./unavailable.ts";

export interface GuestRouteDeps {
  readonly db: Db;
  readonly reachOf: ReachOf;
}

const CERTIFICATE_MINUTES = 5;
/** A guest's clock may be behind ours. */
const CLOCK_DRIFT_MINUTES = 2;
const FETCH_MS = 30_000;

export function guestRoutes({ db, reachOf }: GuestRouteDeps): RouteSet {
  return implement(guestContract, {
    async accessServer({ params, body, actor, requestId }) {
      const guest = await reachOf(actor, params.id);
      const now = Date.now();
      const minutes = (count: number) => new Date(now + count * 60_000);
      const expiresAt = minutes(CERTIFICATE_MINUTES);
      const certificate = signCertificate(
        {
          publicKey: body.publicKey,
          keyId: `berth ${actor.name}`,
          principal: guest.user,
          validFrom: minutes(-CLOCK_DRIFT_MINUTES),
          validTo: expiresAt,
        },
        guest,
      );
      const object = { kind: "server", id: guest.serverId, name: guest.hostname };
      await audit(db, { actor, action: "server.access", object, outcome: "done", requestId });
      return {
        serverId: guest.serverId,
        hostname: guest.hostname,
        user: guest.user,
        hostKey: guest.hostKeyPublic,
        certificate,
        expiresAt: expiresAt.toISOString(),
      };
    },

    async fetchFromServer({ params, body, actor }) {
      const { dial, ip } = await reachOf(actor, params.id);
      try {
        return await fetchPage({ dial, ip, ...body }, { signal: AbortSignal.timeout(FETCH_MS) });
      } catch (error) {
        throw unavailable(error);
      }
    },
  });
}
