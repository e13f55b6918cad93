import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Db } from "../db/db.ts";
import { type ExerciseOptions, exerciseWorkflow } from "./exercise.ts";
import { failing, type LineWorld, parent, parking, patient } from "./testing/line.ts";
import { dbStep, step, type Undo, workflow } from "./workflow.ts";

const newWorld = (): LineWorld => ({ calls: [], things: new Set(), faults: new Map() });
const BLOCKS = { blocks: ["00"] };
const snapshot = (w: { deps: LineWorld }) => [...w.deps.things];

interface Books {
  readonly outside: Map<string, number>;
}

/** Enters a row and makes a thing outside; the parts of a test may be unsound. */
function booking(parts: {
  run?: (books: Books) => void;
  undo?: Undo<Books, string>;
  rowUndo?: "forgotten";
  park?: true;
}) {
  const row = dbStep({
    name: "enter-row",
    run: (tx, name: string) =>
      tx
        .insertInto("reconciler_report")
        .values({
          name,
          controller_id: "x",
          started_at: new Date(),
          ended_at: new Date(),
          checked: 0,
          changed: 0,
          failed: 0,
        })
        .execute(),
    undo:
      parts.rowUndo === "forgotten"
        ? async () => undefined
        : (tx, name) => tx.deleteFrom("reconciler_report").where("name", "=", name).execute(),
  });
  const book = step({
    name: "book",
    run: async (books: Books, _name: string) =>
      parts.run === undefined ? void books.outside.set("seats", 1) : parts.run(books),
    undo: parts.undo ?? (async (books: Books) => void books.outside.delete("seats")),
  });
  const note = dbStep({
    name: "note",
    run: (tx, name: string) =>
      tx.updateTable("reconciler_report").set({ changed: 1 }).where("name", "=", name).execute(),
    undo: { none: "goes with the row" },
  });
  return workflow({
    name: "booking",
    onFailure: parts.park === true ? "park" : "unwind",
    steps: [row, book, note],
    async run(wf, name: string) {
      await wf.do(row, name);
      await wf.do(book, name);
      await wf.do(note, name);
    },
  });
}

const bookingOptions: ExerciseOptions<Books, string, { readonly db: Db }> = {
  ...BLOCKS,
  setUp: async (db) => ({ db, deps: { outside: new Map<string, number>() }, input: randomUUID() }),
  snapshot: async (w) => {
    const rows = await w.db.selectFrom("reconciler_report").select("changed").where("name", "=", w.input).execute();
    return { rows, outside: [...w.deps.outside] };
  },
};

describe("exerciseWorkflow", { timeout: 120_000 }, () => {
  it("passes a workflow that can be broken everywhere, whatever it does on failure", async () => {
    const { cases } = await exerciseWorkflow(booking({}), bookingOptions);
    expect(cases).toBeGreaterThan(20);
    await exerciseWorkflow(booking({ park: true }), bookingOptions);
    await exerciseWorkflow(parking, {
      ...BLOCKS,
      setUp: async () => ({ deps: newWorld(), input: { id: "a" } }),
      snapshot,
    });
  });

  it("passes workflows with waits", async () => {
    await exerciseWorkflow(patient, {
      ...BLOCKS,
      setUp: async () => ({ deps: newWorld(), input: { id: "a" }, messages: { approval: { ok: true } } }),
      snapshot,
    });
    await exerciseWorkflow(patient, {
      ...BLOCKS,
      setUp: async () => ({ deps: newWorld(), input: { id: "a", until: "2099-01-01T00:00:00Z" } }),
      snapshot,
    });
  });

  it("passes workflows with parts", async () => {
    await exerciseWorkflow(parent, {
      ...BLOCKS,
      setUp: async () => {
        const deps = newWorld();
        return { deps, input: { id: randomUUID(), children: 3 }, children: [{ workflow: failing, deps }] };
      },
      snapshot: (w) => w.deps.things.size,
    });
  });

  const seats = (books: Books) => books.outside.get("seats") ?? 0;
  it.each([
    [
      "an effect that doubles",
      { run: (books: Books) => void books.outside.set("seats", seats(books) + 1) },
      "dies after-effect of booking / book",
    ],
    ["an undo that is missing", { undo: { none: "forgotten" } }, "booking / book fails after-effect"],
    ["an undo of rows that is missing", { rowUndo: "forgotten" as const }, "booking / book fails before"],
    [
      "an undo that undoes too much when repeated",
      { undo: async (books: Books) => void books.outside.set("seats", seats(books) - 1) },
      "dies after-effect of the undo of booking / book",
    ],
    [
      "an undo that fails when there is nothing to undo",
      {
        undo: async (books: Books) => {
          if (!books.outside.delete("seats")) throw new Error("not booked");
        },
      },
      "booking / book fails before",
    ],
  ])("finds %s", async (_name, parts, where) => {
    await expect(exerciseWorkflow(booking(parts), bookingOptions)).rejects.toThrow(where);
  });

  it("says what an unanswered wait waits for", async () => {
    const exercise = exerciseWorkflow(patient, {
      ...BLOCKS,
      setUp: async () => ({ deps: newWorld(), input: { id: "a" } }),
      snapshot,
    });
    await expect(exercise).rejects.toThrow("it waits for approval");
  });
});
