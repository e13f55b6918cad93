import { describe, expect, it } from "vitest";
import { historyOf, redone, undone, withStep } from "./history-rules.ts";

const at = (tag: string | null, atMs: number) => ({ tag, atMs });

describe("CAP A1: one undo history", () => {
  it("goes back and forth, and forgets what was undone once something else is done", () => {
    const two = withStep(withStep(historyOf("a"), "b", at(null, 0)), "c", at(null, 1));
    expect(undone(two).text).toBe("b");
    expect(undone(undone(two)).text).toBe("a");
    expect(redone(undone(two)).text).toBe("c");
    const other = withStep(undone(two), "d", at(null, 2));
    expect(redone(other).text).toBe("d");
    expect(undone(other).text).toBe("b");
  });

  it("takes what is typed in one go for one step, and a pause for the next", () => {
    const typed = withStep(withStep(historyOf(""), "w", at("title", 0)), "we", at("title", 300));
    expect(undone(typed).text).toBe("");
    const later = withStep(typed, "web", at("title", 5_000));
    expect(undone(later).text).toBe("we");
    expect(undone(withStep(typed, "x", at("name", 400))).text).toBe("we");
    expect(undone(withStep(withStep(historyOf("a"), "b", at(null, 0)), "c", at(null, 1))).text).toBe("b");
  });

  it("has no step where nothing changed, and none beyond its ends", () => {
    const start = historyOf("a");
    expect(withStep(start, "a", at(null, 0))).toBe(start);
    expect(undone(start)).toBe(start);
    expect(redone(start)).toBe(start);
  });
});
