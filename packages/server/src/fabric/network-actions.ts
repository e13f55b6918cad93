import { randomUUID } from "node:crypto";
import type { FieldProblem } from "@berth/api/errors.ts";
import type { NewNetwork, NewRange } from "@berth/api/network.ts";
import { sql } from "kysely";
import type { z } from "zod";
import { audit, changeOf } from "../audit/audit.ts";
import { type Db, inTx, sqlState, type Tx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { parseCidr } from "./address-rules.ts";
import { findNetwork, type NetworkRow } from "./network-list.ts";
import { gatewayProblems, networkProblems, rangeProblems } from "./network-rules.ts";
import { networkUsers } from "./network-users.ts";

export type NetworkWish = z.output<typeof NewNetwork>;
export type RangeWish = z.output<typeof NewRange>;

export interface NetworkChange {
  readonly vlan?: number | null | undefined;
  readonly gateway?: string | null | undefined;
  readonly dns?: readonly string[] | undefined;
  readonly domain?: string | null | undefined;
  readonly pxe?: boolean | undefined;
}

/** Records networks: all, or none when one of them is wrong. A problem's field begins with `items[n].` for several. */
export async function createNetworks(
  db: Db,
  actor: Actor,
  wishes: readonly NetworkWish[],
  isBulk: boolean,
): Promise<NetworkRow[]> {
  const fieldOf = (index: number, field: string) => (isBulk ? `items[${index}].${field}` : field);
  const problems = wishes.flatMap((wish, i) =>
    networkProblems(wish).map((problem) => ({ ...problem, field: fieldOf(i, problem.field) })),
  );
  if (problems.length > 0) throw refused(problems);
  return inTx(db, async (tx) => {
    const made: NetworkRow[] = [];
    for (const [i, wish] of wishes.entries())
      made.push(await insertNetwork(tx, actor, wish, (field) => fieldOf(i, field)));
    return made;
  });
}

async function insertNetwork(
  tx: Tx,
  actor: Actor,
  wish: NetworkWish,
  fieldOf: (field: string) => string,
): Promise<NetworkRow> {
  const site = await tx.selectFrom("site").select("id").where("name", "=", wish.site).executeTakeFirst();
  if (site === undefined) throw refused([{ field: fieldOf("site"), message: `there is no site ${wish.site}` }]);
  const id = randomUUID();
  const { rows } = await sql<{ id: string }>`
    insert into network (id, name, site_id, cidr, vlan, gateway, dns, domain, pxe)
    values (${id}, ${wish.name}, ${site.id}, ${wish.cidr}::cidr, ${wish.vlan ?? null}, ${wish.gateway ?? null}::inet,
      ${wish.dns}::inet[], ${wish.domain ?? null}, ${wish.pxe})
    on conflict (name) do nothing returning id`.execute(tx);
  if (rows.length === 0)
    throw new AppError("conflict", `there is a network ${wish.name} already`, {
      fields: [{ field: fieldOf("name"), message: "is taken" }],
    });
  for (const range of wish.ranges) await insertRange(tx, id, range);
  await audit(tx, {
    actor,
    action: "network.create",
    object: { kind: "network", id, name: wish.name },
    outcome: "done",
  });
  return getNetwork(tx, id);
}

export async function updateNetwork(
  db: Db,
  actor: Actor,
  given: { readonly network: string; readonly ifMatch: number; readonly change: NetworkChange },
): Promise<NetworkRow> {
  return inTx(db, async (tx) => {
    const network = await lockNetwork(tx, given.network);
    if (network.version !== given.ifMatch)
      throw new AppError(
        "precondition_failed",
        `network ${network.name} was changed meanwhile: it is at version ${network.version}`,
      );
    const {
      vlan = network.vlan,
      gateway = network.gateway,
      dns = network.dns,
      domain = network.domain,
      pxe = network.pxe,
    } = given.change;
    const subnet = parseCidr(network.cidr);
    const problems = subnet === null ? [] : gatewayProblems(subnet, network.cidr, gateway);
    if (problems.length > 0) throw refused(problems);
    await sql`
      update network set version = version + 1, vlan = ${vlan}, gateway = ${gateway}::inet, dns = ${dns}::inet[],
        domain = ${domain}, pxe = ${pxe}
      where id = ${network.id}`.execute(tx);
    const changed = await getNetwork(tx, network.id);
    await audit(tx, {
      actor,
      action: "network.update",
      object: objectOf(network),
      outcome: "done",
      ...changeOf(settingsOf(network), settingsOf(changed)),
    });
    return changed;
  });
}

function settingsOf({ vlan, gateway, dns, domain, pxe }: NetworkRow) {
  return { vlan, gateway, dns, domain, pxe };
}

/** Forgets a network; `conflict` with who uses it. */
export async function deleteNetwork(db: Db, actor: Actor, idOrName: string): Promise<void> {
  await inTx(db, async (tx) => {
    const network = await lockNetwork(tx, idOrName);
    const users = await networkUsers(tx, network);
    if (users.length > 0) throw new AppError("conflict", `network ${network.name} is in use`, { reasons: users });
    await deleteRow(tx, network);
    await audit(tx, { actor, action: "network.delete", object: objectOf(network), outcome: "done" });
  });
}

export async function addRange(db: Db, actor: Actor, idOrName: string, wish: RangeWish): Promise<NetworkRow> {
  return inTx(db, async (tx) => {
    const network = await lockNetwork(tx, idOrName);
    const subnet = parseCidr(network.cidr);
    const problems = subnet === null ? [] : rangeProblems(subnet, wish, network.ranges);
    if (problems.length > 0) throw refused(problems);
    await insertRange(tx, network.id, wish);
    return touched(tx, actor, network, "network.add-range", { ...wish });
  });
}

export async function removeRange(db: Db, actor: Actor, idOrName: string, rangeId: string): Promise<NetworkRow> {
  return inTx(db, async (tx) => {
    const network = await lockNetwork(tx, idOrName);
    const range = network.ranges.find((candidate) => candidate.id === rangeId);
    if (range === undefined) throw new AppError("not_found", `network ${network.name} has no range ${rangeId}`);
    await tx.deleteFrom("network_range").where("id", "=", rangeId).execute();
    return touched(tx, actor, network, "network.remove-range", { ...range });
  });
}

export async function getNetwork(db: Db | Tx, idOrName: string): Promise<NetworkRow> {
  const network = await findNetwork(db, idOrName);
  if (network === null) throw new AppError("not_found", `there is no network ${idOrName}`);
  return network;
}

async function touched(
  tx: Tx,
  actor: Actor,
  network: NetworkRow,
  action: string,
  details: Record<string, unknown>,
): Promise<NetworkRow> {
  await sql`update network set version = version + 1 where id = ${network.id}`.execute(tx);
  await audit(tx, { actor, action, object: objectOf(network), outcome: "done", details });
  return getNetwork(tx, network.id);
}

/** Claims of addresses read a network without a lock, so only changes of it queue here. */
async function lockNetwork(tx: Tx, idOrName: string): Promise<NetworkRow> {
  const { id } = await getNetwork(tx, idOrName);
  await sql`select from network where id = ${id} for update`.execute(tx);
  return getNetwork(tx, id);
}

const FOREIGN_KEY_VIOLATION = "23503";

async function deleteRow(tx: Tx, network: NetworkRow): Promise<void> {
  try {
    await tx.deleteFrom("network").where("id", "=", network.id).execute();
  } catch (error) {
    if (sqlState(error) !== FOREIGN_KEY_VIOLATION) throw error;
    throw new AppError("conflict", `network ${network.name} was taken into use just now`, { cause: error });
  }
}

async function insertRange(tx: Tx, networkId: string, range: RangeWish): Promise<void> {
  await sql`
    insert into network_range (id, network_id, kind, first_ip, last_ip, note)
    values (${randomUUID()}, ${networkId}, ${range.kind}, ${range.start}::inet, ${range.end}::inet, ${range.note ?? null})
  `.execute(tx);
}

function objectOf(network: NetworkRow) {
  return { kind: "network", id: network.id, name: network.name };
}

function refused(fields: readonly FieldProblem[]): AppError {
  const message = fields.map((problem) => `${problem.field}: ${problem.message}`).join("; ");
  return new AppError("invalid_request", message, { fields });
}
