import { randomUUID } from "node:crypto";
import type { selfServicePolicyContract } from "@berth/api/self-service-policy.ts";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { AppError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import { findPolicy, type PolicyRow, writeHolders } from "./store.ts";

type Wish = z.output<typeof selfServicePolicyContract.createSelfServicePolicy.body>;
type Change = z.output<typeof selfServicePolicyContract.updateSelfServicePolicy.body>;

export async function createPolicy(db: Db, actor: Actor, wish: Wish): Promise<PolicyRow> {
  return inTx(db, async (tx) => {
    const id = randomUUID();
    const made = await tx
      .insertInto("self_service_policy")
      .values({ id, name: wish.name, ...columnsOf(wish) })
      .onConflict((on) => on.column("name").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made === undefined)
      throw new AppError("conflict", `there is a self-service policy ${wish.name} already`, {
        fields: [{ field: "name", message: "is taken" }],
      });
    await writeHolders(tx, id, wish);
    const object = { kind: "self-service-policy", id, name: wish.name };
    await audit(tx, { actor, action: "self-service-policy.create", object, outcome: "done", details: { ...wish } });
    return findPolicy(tx, id);
  });
}

export async function updatePolicy(
  db: Db,
  actor: Actor,
  given: { readonly policy: string; readonly ifMatch: number; readonly change: Change },
): Promise<PolicyRow> {
  const { change, ifMatch } = given;
  return inTx(db, async (tx) => {
    const policy = await findPolicy(tx, given.policy);
    const changed = await tx
      .updateTable("self_service_policy")
      .set({ ...columnsOf(change), version: ifMatch + 1 })
      .where("id", "=", policy.id)
      .where("version", "=", ifMatch)
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n)
      throw new AppError(
        "precondition_failed",
        `self-service policy ${policy.name} was changed meanwhile: it is at version ${policy.version}`,
      );
    await writeHolders(tx, policy.id, change);
    await audit(tx, {
      actor,
      action: "self-service-policy.update",
      object: objectOf(policy),
      outcome: "done",
      details: { ...change },
    });
    return findPolicy(tx, policy.id);
  });
}

export async function deletePolicy(db: Db, actor: Actor, idOrName: string): Promise<void> {
  await inTx(db, async (tx) => {
    const policy = await findPolicy(tx, idOrName);
    await tx.deleteFrom("self_service_policy").where("id", "=", policy.id).execute();
    await audit(tx, { actor, action: "self-service-policy.delete", object: objectOf(policy), outcome: "done" });
  });
}

/** What is left out stays out: an update then leaves the column, an insert takes its default. */
function columnsOf(given: Change) {
  return {
    ...(given.notes === undefined ? {} : { notes: given.notes }),
    ...(given.everybody === undefined ? {} : { everybody: given.everybody }),
    ...(given.templates === undefined ? {} : { templates: given.templates }),
    ...(given.pools === undefined ? {} : { pools: given.pools }),
    ...(given.actions === undefined ? {} : { actions: given.actions as string[] }),
    ...(given.maxServers === undefined ? {} : { max_servers: given.maxServers }),
    ...(given.maxCores === undefined ? {} : { max_cores: given.maxCores }),
    ...(given.maxMemoryGiB === undefined ? {} : { max_memory_gib: given.maxMemoryGiB }),
    ...(given.maxStorageGiB === undefined ? {} : { max_storage_gib: given.maxStorageGiB }),
    ...(given.maxMoneyPerMonth === undefined ? {} : { max_money_per_month: given.maxMoneyPerMonth }),
  };
}

function objectOf(policy: PolicyRow) {
  return { kind: "self-service-policy", id: policy.id, name: policy.name };
}
