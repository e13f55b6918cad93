import type { OperationChange, OperationStep } from "@berth/api/operation.ts";
import { applyChange, EMPTY_TREE, type OperationTree } from "@berth/api/operation-tree.ts";
import { describe, expect, it } from "vitest";
import { change, operation, step, story } from "../testing/fixture.ts";
import { changeLines, treeLines } from "./operation-view.ts";
import { painter } from "./text.ts";

const NOW = Date.parse("2027-01-01T00:01:02Z");
const options = { now: NOW, paint: painter(false), frame: 0, width: 80, height: 24 };

/** A service with this many servers of five steps each; the first `done` of them have ended. */
function servers(count: number, done: number): OperationTree {
  const children = Array.from({ length: count }, (_, i) => `server-${i}`);
  const steps: OperationStep[] = children.flatMap((id, i) =>
    Array.from({ length: 5 }, (_, n) => step(id, n, i < done ? { state: "done" } : {})),
  );
  const operations = children.map((id, i) =>
    operation(id, { parentId: "root", title: `Provision ${id}`, ...(i < done ? { state: "done", ended: true } : {}) }),
  );
  return applyChange(
    EMPTY_TREE,
    change("1", {
      operations: [operation("root"), ...operations],
      steps: [step("root", 0, { name: "servers", children }), ...steps],
      log: [{ operationId: "root", at: "2027-01-01T00:00:00Z", step: null, level: "info", message: "the latest line" }],
    }),
  );
}

describe("the tree on a terminal", () => {
  it.each([
    [80, 24],
    [200, 60],
    [40, 10],
    [20, 5],
    [10, 3],
  ])("fits %i columns and %i lines", (width, height) => {
    for (const tree of [servers(1, 0), servers(4, 2), servers(60, 30), servers(200, 0)]) {
      const lines = treeLines(tree, "root", { ...options, width, height });
      // A drawing as high as the terminal scrolls, and is then drawn below itself.
      expect(lines.length).toBeLessThan(height);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
    }
  });

  it("leaves out the steps of servers that are done before anything else", () => {
    const lines = treeLines(servers(4, 3), "root", { ...options, height: 14 });
    expect(lines[0]).toMatch(/^⠋ Deliver root +1m02s$/);
    expect(lines.filter((line) => line.includes("Provision"))).toHaveLength(4);
    expect(lines.filter((line) => line.includes("step-"))).toHaveLength(5);
    expect(lines.at(-1)).toBe("  │ the latest line");
  });

  it("keeps the first line and the end when even that is too much", () => {
    const lines = treeLines(servers(60, 0), "root", { ...options, height: 6 });
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain("Deliver root");
    expect(lines.at(-1)).toContain("the latest line");
  });

  it("lets nothing that comes from elsewhere move the cursor", () => {
    const tree = applyChange(EMPTY_TREE, change("1", { operations: [operation("x", { title: "a\u001b[2Jb\r\nc" })] }));
    const [line] = treeLines(tree, "x", options);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(line).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe("changes in lines of their own", () => {
  it("end parts before the whole, and say nothing twice", () => {
    const [one, two, three] = story("x", { state: "done", ended: true }) as [
      OperationChange,
      OperationChange,
      OperationChange,
    ];
    const first = applyChange(EMPTY_TREE, one);
    const second = applyChange(first, two);
    const third = applyChange(second, three);
    expect(changeLines(second, third, "x")).toEqual([
      "Provision app-1 / write-image: done (12.3s)",
      "Provision app-1: done (12.3s)",
      "Deliver x: done (12.3s)",
    ]);
    expect(changeLines(third, third, "x")).toEqual([]);
    expect(changeLines(EMPTY_TREE, first, "x")[0]).toBe("Deliver x: running");
  });
});
