import { sql } from "kysely";
import type { Tx } from "../db/db.ts";
import { AppError } from "../errors.ts";
import { type Dispatch, end, insertOperation, json, lock, wake, wakeParent } from "./journal.ts";
import { ENDED, openDoors } from "./operation-rules.ts";
import type { Door, Engine } from "./workflow.ts";

/** What can be done to an operation from outside; each within the caller's transaction. Needs no running engine. */
export function createSteering(dispatch: Dispatch): Engine {
  return {
    start: async (tx, workflow, options) => {
      await insertOperation(tx, dispatch, {
        id: options.id,
        parentId: null,
        rootId: options.id,
        workflow: workflow.name,
        title: options.title,
        subject: options.subject,
        userId: options.userId,
        input: options.input,
      });
    },

    send: async (tx, id, topic, message) => {
      // The operation first: one that is just lying down is then seen, or sees the message.
      const op = await readLocked(tx, id);
      await tx
        .insertInto("operation_message")
        .values({ operation_id: id, topic, body: json(message) })
        .execute();
      if (op.state === "waiting" && op.wait_kind === "message" && op.wait_topic === topic) await wake(tx, dispatch, id);
    },

    cancel: async (tx, id, reason) => {
      await readLocked(tx, id);
      const touched = await sql<{ id: string; state: string; wait_kind: string | null }>`
        with recursive tree as (
          select id from operation where id = ${id}
          union all select o.id from operation o join tree t on o.parent_id = t.id
        )
        update operation o set cancel_reason = coalesce(o.cancel_reason, ${reason}) from tree
        where o.id = tree.id and o.phase = 'forward' and o.state <> all(${[...ENDED]}::text[])
        returning o.id, o.state, o.wait_kind`.execute(tx);
      for (const op of touched.rows) {
        if (op.state === "parked") await turnParked(tx, op.id, "cancel");
        const isLyingDown = op.state === "parked" || (op.state === "waiting" && op.wait_kind !== "children");
        if (isLyingDown) await wake(tx, dispatch, op.id);
      }
    },

    open: async (tx, id, door) => {
      const op = await readLocked(tx, id);
      if (!openDoors(op.state).includes(door)) {
        const doors = openDoors(op.state).join(", ") || "none";
        throw new AppError("conflict", `the operation is ${op.state}; doors that are open: ${doors}`);
      }
      await openDoor(tx, dispatch, op, door);
    },
  };
}

interface Locked {
  readonly id: string;
  readonly state: string;
  readonly parent_id: string | null;
  readonly wait_kind: string | null;
  readonly wait_topic: string | null;
}

async function readLocked(tx: Tx, id: string): Promise<Locked> {
  const parent = await tx.selectFrom("operation").select("parent_id").where("id", "=", id).executeTakeFirst();
  // Parents before children, as everywhere, so that two of us never wait for each other.
  if (parent?.parent_id != null) await lock(tx, parent.parent_id);
  const row = await tx
    .selectFrom("operation")
    .select(["id", "state", "parent_id", "wait_kind", "wait_topic"])
    .where("id", "=", id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new AppError("not_found", "there is no such operation");
  return row;
}

async function openDoor(tx: Tx, dispatch: Dispatch, op: Locked, door: Door): Promise<void> {
  switch (door) {
    case "retry":
      return wake(tx, dispatch, op.id);
    case "rollback":
      await turnParked(tx, op.id, "rollback");
      return wake(tx, dispatch, op.id);
    case "accept":
      if (op.state === "stuck") return acceptUndo(tx, dispatch, op.id);
      await end(tx, op.id, "accepted", null);
      if (op.parent_id !== null) await wakeParent(tx, dispatch, op.parent_id);
  }
}

async function turnParked(tx: Tx, id: string, reason: "rollback" | "cancel"): Promise<void> {
  await tx.updateTable("operation").set({ phase: "backward", turned_by: reason }).where("id", "=", id).execute();
}

/** A person has seen to what could not be undone: it counts as kept, and the way back goes on. */
async function acceptUndo(tx: Tx, dispatch: Dispatch, id: string): Promise<void> {
  await tx
    .updateTable("operation_step")
    .set({ state: "kept", undone_at: sql`now()` })
    .where("operation_id", "=", id)
    .where("state", "=", "undo-failed")
    .execute();
  await wake(tx, dispatch, id);
}
