import { randomUUID } from "node:crypto";
import type { NewRequest } from "@berth/api/request.ts";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { readPublishedTemplate } from "../catalog/actions.ts";
import { quote as priceQuote } from "../catalog/price-actions.ts";
import { deliveryOf } from "../deployments/delivery-plan.ts";
import { serviceDeliver } from "../deployments/service-deliver.ts";
import { writeProfile } from "../fabric/actions.ts";
import { claimAddress } from "../fabric/address-claim.ts";
import { claimIdentity } from "../fabric/identity-claim.ts";
import { networkIdsByName } from "../fabric/store.ts";
import { newGuestKeys } from "../guests/keys.ts";
import { projectToAskIn } from "../identity/project-names.ts";
import { findImage } from "../images/actions.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { SecretBox } from "../kernel/secrets.ts";
import type { Engine } from "../kernel/workflow/workflow.ts";
import type { Placement } from "../placement/demand.ts";
import { poolIdsByName } from "../pools/actions.ts";
import { reserve } from "../pools/reserve.ts";
import { insertServer, recordDecision } from "../servers/store.ts";
import { leaseDays } from "../services/rules.ts";
import { planVolumes } from "../storage/actions.ts";
import { askedOf, refuseBeyondPolicy, refuseTemplate } from "./holdings.ts";
import { settleApproval } from "./request-approval.ts";
import { checkNames, demandOf, type PlannedServer, planServers } from "./request-plan.ts";

export type Wish = z.output<typeof NewRequest>;

export interface RequestDeps {
  readonly db: Db;
  readonly engine: Engine;
  readonly secrets: SecretBox;
  /** Between attempts to reach an outside tool; shorter ones for tests. */
  readonly pausesMs?: readonly number[] | undefined;
}

/** Writes down the answer of a call in the transaction of its effect, so that the same call again finds it. */
export type RecordId = (tx: Tx, id: string) => Promise<void>;
export const nothing: RecordId = async () => {};

/**
 * Takes a wish and reserves everything it needs, in one transaction, before anyone approves: servers, capacity,
 * addresses, identities, disks. Answers the request's id.
 */
export async function createRequest(
  deps: RequestDeps,
  actor: Actor,
  wish: Wish,
  options: { record?: RecordId; behalf?: Behalf } = {},
): Promise<string> {
  const { record = nothing, behalf } = options;
  const owner = behalf?.owner ?? ownerOf(actor);
  const during = leaseOf(wish, new Date());
  try {
    return await inTx(deps.db, async (tx) => {
      const id = await submit(deps, tx, { actor, owner, wish, during, behalf });
      await record(tx, id);
      return id;
    });
  } catch (error) {
    if (sqlState(error) === "23505")
      throw new AppError("conflict", `there is a service or server of the name ${wish.service} already`, {
        fields: [{ field: "service", message: "is taken; choose another name" }],
        cause: error,
      });
    throw error;
  }
}

/** Whose the service will be: who asks, unless somebody asks again for another. */
export interface Owner {
  readonly id: string;
  readonly name: string;
}

/** Somebody asks again for another: it stays whose it was. */
export interface Behalf {
  readonly owner: Owner;
  readonly projectId: string | null;
}

interface Asked {
  readonly actor: Actor;
  readonly owner: Owner;
  readonly behalf: Behalf | undefined;
  readonly wish: Wish;
  readonly during: { readonly startsAt: Date; readonly endsAt: Date };
}

/** Checks the dates of a wish. `now` is the earliest start. */
export function leaseOf(wish: Pick<Wish, "startsAt" | "endsAt">, now: Date): { startsAt: Date; endsAt: Date } {
  const startsAt = wish.startsAt === undefined ? now : new Date(wish.startsAt);
  const endsAt = new Date(wish.endsAt);
  const problems = [];
  // A minute's grace: "now" on the requester's clock is not quite ours.
  if (startsAt.getTime() < now.getTime() - 60_000)
    problems.push({ field: "startsAt", message: "lies in the past; leave it out to start now" });
  if (endsAt <= startsAt) problems.push({ field: "endsAt", message: "must be later than the start" });
  if (endsAt <= now) problems.push({ field: "endsAt", message: "lies in the past" });
  if (endsAt.getTime() - startsAt.getTime() > MAX_LEASE_MS)
    problems.push({ field: "endsAt", message: "a lease may last ten years at most" });
  if (problems.length > 0)
    throw new AppError("invalid_request", "the dates of the lease are not possible", { fields: problems });
  return { startsAt: startsAt < now ? now : startsAt, endsAt };
}

const MAX_LEASE_MS = 10 * 366 * 24 * 3600_000;

async function submit(deps: RequestDeps, tx: Tx, { actor, owner, wish, during, behalf }: Asked): Promise<string> {
  const { templateId, label, template } = await readPublishedTemplate(tx, wish.template);
  await refuseTemplate(tx, actor, label);
  const servers = planServers(template, wish, randomUUID);
  const problems = checkNames(servers);
  if (problems.length > 0)
    throw new AppError("invalid_request", problems[0]?.message ?? "wrong names", { fields: problems });

  const requestId = randomUUID();
  const serviceId = randomUUID();
  const networkIds = await networkIdsByName(tx, template.networks);
  const projectId = behalf === undefined ? await projectToAskIn(tx, actor, wish.project) : behalf.projectId;
  const poolIds = await poolIdsByName(tx, wish.pools, actor);
  const placements = await reserve(tx, {
    requestId,
    holder: wish.service,
    during,
    poolIds,
    demands: servers.map((server) => demandOf(server, networkIds)),
  });
  const { pool = "", poolId = null } = placements[0] ?? {};
  const scope = { project_id: projectId, pool_id: poolId };
  const price = await priceQuote(tx, template, leaseDays(during.startsAt, during.endsAt), placements);
  await refuseBeyondPolicy(tx, actor, { during, asked: askedOf(servers, price.perDay) });
  const userKey = newGuestKeys();
  await tx
    .insertInto("service")
    .values({
      id: serviceId,
      name: wish.service,
      owner_id: owner.id,
      ...scope,
      template_id: templateId,
      template_label: label,
      pool,
      starts_at: during.startsAt,
      ends_at: during.endsAt,
      lease_policy: wish.leasePolicy,
      price: JSON.stringify(price),
      user_key_public: userKey.public,
      user_key_sealed: deps.secrets.seal(userKey.private, `service:${serviceId}`),
      operation_id: requestId,
    })
    .execute();
  const groupIds = new Map(template.groups.map((group) => [group.name, randomUUID()]));
  for (const server of servers) {
    const placement = placements.find((p) => p.serverId === server.id);
    if (placement === undefined) throw new Error(`the pools placed no ${server.name}`);
    await occupy(deps, tx, { server, placement, networkIds, groupIds, during, serviceId, ownerId: owner.id, scope });
  }
  await tx
    .insertInto("request")
    .values({
      id: requestId,
      service_id: serviceId,
      requester_id: owner.id,
      requester: owner.name,
      ...scope,
      email: wish.email,
      completion: wish.completion,
      pools: JSON.stringify(wish.pools),
      on_failure: wish.onFailure,
      wish: JSON.stringify(wish),
    })
    .execute();
  await deps.engine.start(tx, serviceDeliver, {
    id: requestId,
    input: await deliveryOf(tx, { requestId, serviceId, template, during, onFailure: wish.onFailure }),
    title: `deliver ${wish.service}`,
    subject: { kind: "service", id: serviceId },
    userId: owner.id,
  });
  await audit(tx, { actor, action: "request.create", object: { kind: "request", id: requestId }, outcome: "done" });
  await settleApproval(deps, tx, requestId);
  return requestId;
}

function ownerOf(actor: Actor): Owner {
  if (actor.userId === null) throw new AppError("unauthenticated", "sign in to ask for a service");
  return { id: actor.userId, name: actor.name };
}

interface Occupation {
  readonly server: PlannedServer;
  readonly placement: Placement;
  readonly networkIds: ReadonlyMap<string, string>;
  /** Group name to the id that its shared disks are named after. */
  readonly groupIds: ReadonlyMap<string, string>;
  readonly during: { startsAt: Date; endsAt: Date };
  readonly serviceId: string;
  readonly ownerId: string;
  readonly scope: { readonly project_id: string | null; readonly pool_id: string | null };
}

/** Gives one placed server its identity, addresses, disks and profile, and its record. */
async function occupy(deps: RequestDeps, tx: Tx, o: Occupation): Promise<void> {
  const { server, placement, during } = o;
  const { group } = server;
  const identity = await claimIdentity(tx, { serverId: server.id, nics: group.nics.length, during });
  const nics = [];
  for (const [index, nic] of group.nics.entries()) {
    const networkId = o.networkIds.get(nic.network);
    const mac = identity.macs[index];
    if (networkId === undefined || mac === undefined)
      throw new Error(`NIC ${index} of ${server.name} has no network or MAC`);
    const wish = { networkId, serverId: server.id, nic: index, mode: nic.mode, address: nic.address, during };
    const claimed = await claimAddress(tx, wish);
    nics.push({ network: nic.network, networkId, mac, ...claimed, primary: nic.primary, dhcp: nic.mode === "dhcp" });
  }
  const volumes = await planVolumes(tx, {
    serverId: server.id,
    groupId: o.groupIds.get(group.name),
    hostId: placement.hostId,
    machineId: placement.machineId,
    disks: group.disks.map((disk) => ({ ...disk, on: placement.disks.find((d) => d.name === disk.name)?.on ?? null })),
    during,
  });
  const disks = volumes.map((v) => ({ name: v.disk, sizeGiB: v.sizeGiB, role: v.role, on: v.place, volume: v.name }));
  await writeProfile(tx, {
    serverId: server.id,
    uuid: identity.uuid,
    serial: identity.serial,
    nics: nics.map(({ mac, networkId, ip }) => ({ mac, networkId, ip })),
    boot: "disk",
    machineId: null,
  });
  const hostKey = newGuestKeys();
  const image = await findImage(tx, group.image);
  await insertServer(tx, {
    id: server.id,
    name: server.name,
    hostname: server.hostname,
    service_id: o.serviceId,
    group_name: group.name,
    ordinal: server.ordinal,
    kind: placement.kind,
    owner_id: o.ownerId,
    ...o.scope,
    site_id: placement.siteId,
    machine_id: placement.machineId,
    host_id: placement.hostId,
    image_id: image.id,
    cores: group.cores,
    memory_mib: group.memoryMiB,
    firmware: group.firmware ?? "bios",
    disks,
    nics,
    uuid: identity.uuid,
    serial: identity.serial,
    os: group.os,
    host_key_public: hostKey.public,
    host_key_sealed: deps.secrets.seal(hostKey.private, `server:${server.id}`),
  });
  await recordDecision(tx, {
    subjectKind: "server",
    subjectId: server.id,
    kind: "placement",
    chosen: placement.on,
    reasons: placement.reasons,
  });
}
