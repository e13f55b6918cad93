import { endDeployment, ensureDeployment, readDeployment } from "../boot/actions.ts";
import { transitionMachine } from "../estate/actions.ts";
import type { ProviderPool } from "../estate/providers.ts";
import { readHostPlace } from "../estate/store.ts";
import { bindProfile } from "../fabric/actions.ts";
import { buildSeed } from "../guests/seed.ts";
import { waitForSsh } from "../guests/ssh.ts";
import { type PlaceImageDeps, placeImage } from "../images/place-image.ts";
import type { Db, Tx } from "../kernel/db/db.ts";
import { ProviderError } from "../kernel/errors.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import type { Provider } from "../providers/provider.ts";
import { guestAccess, seedFacts } from "../servers/guest-access.ts";
import { moveServer, readServer, type ServerRow } from "../servers/store.ts";
import type { HostRoles, Patience, ServerWorld } from "../servers/world.ts";
import { markVolumes } from "../storage/actions.ts";
import { createSiteDhcp } from "./dhcp.ts";

export interface ServerWorldDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly providers: ProviderPool;
  readonly images: PlaceImageDeps;
  readonly patience: Patience;
}

/** The world as it is: hosts and machines by their providers, everything else by the rooms below. */
export function createServerWorld(deps: ServerWorldDeps): ServerWorld {
  const { db, secrets, providers, patience } = deps;
  const dhcp = createSiteDhcp(db);

  async function seedOf(tx: Db | Tx, server: ServerRow): Promise<Buffer> {
    return buildSeed(await seedFacts(tx, secrets, server));
  }

  return {
    db,
    patience,
    async host(hostId) {
      return hostRoles(await providers.forHost(hostId));
    },
    async machine(machineId) {
      const { provider, system } = await providers.forMachine(machineId);
      const { power, boot, identity } = provider;
      if (power === undefined || boot === undefined)
        throw new ProviderError("rejected", `provider ${provider.type} can't switch a machine and its boot device`);
      return { system, power, boot, identity: identity ?? null };
    },
    async placeImage(hostId, imageId, call) {
      const { volumes } = hostRoles(await providers.forHost(hostId));
      const { storagePool } = await readHostPlace(db, hostId);
      await placeImage(deps.images, { hostId, imageId, volumes, pool: storagePool }, call);
    },
    seed: async (serverId) => seedOf(db, await readServer(db, serverId)),
    publishDhcp: async (serverId, call) => dhcp.publish(await readServer(db, serverId), call),
    withdrawDhcp: async (serverId, call) => dhcp.withdraw(await readServer(db, serverId), call),
    async deploy(tx, { id, serverId, machineId, task }) {
      const server = await readServer(tx, serverId);
      const isInstall = task === "install";
      await ensureDeployment(tx, secrets, {
        id,
        machineId,
        serverId,
        task,
        bootMac: (server.nics.find((nic) => nic.primary) ?? server.nics[0])?.mac ?? null,
        imageId: isInstall ? server.image_id : null,
        disk: server.disks.find((disk) => disk.role === "boot")?.on ?? null,
        seed: isInstall ? await seedOf(tx, server) : null,
        onDone: isInstall ? "reboot" : "off",
      });
    },
    readDeployment: (id) => readDeployment(db, id),
    endDeployment,
    moveMachine: transitionMachine,
    moveServer,
    bindProfile,
    markVolumes,
    async reach(serverId, call) {
      const guest = await guestAccess(db, secrets, await readServer(db, serverId));
      const dial = await providers.dialFor(guest.siteId);
      const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patience.reachMs)]);
      await waitForSsh({ dial }, guest, { ...call, signal });
    },
  };
}

function hostRoles(provider: Provider): HostRoles {
  const { vms, volumes, power } = provider;
  if (vms === undefined || volumes === undefined || power === undefined)
    throw new ProviderError("rejected", `provider ${provider.type} runs no virtual machines`);
  return { vms, volumes, power };
}
