import { describe, expect, it } from "vitest";
import { lampOf, linesAt } from "./lamp-rules.ts";

const problem = (path: (string | number)[], message: string) => ({
  code: "x",
  field: path.join("."),
  path,
  message,
  line: 3,
});
const fine = { valid: true, publishable: true, items: [], hints: [] };

describe("CAP A1: the lamp", () => {
  it("is grey until Berth has answered, then says in words what is missing", () => {
    expect(lampOf([], undefined)).toMatchObject({ colour: "grey" });
    const nics = problem(["spec", "groups", 0, "nics"], "must be at least 1 entries");
    const lamp = lampOf([], { ...fine, valid: false, publishable: false, items: [nics] });
    expect(lamp).toMatchObject({ colour: "red", words: "1 thing is missing" });
    expect(lamp.lines[0]).toMatchObject({ text: "Connect this server group to a network", line: 3, isError: true });
  });

  it.each([
    [["spec", "groups", 0, "cores"], "must be at least 1", "Cores must be at least 1"],
    [["metadata", "title"], "is missing; it takes text", "Title is missing; it takes text"],
    [
      ["spec", "groups", 0, "count"],
      "several servers can't share an address",
      "Several servers can't share an address",
    ],
    [["spec", "groups"], "must be at least 1 entries", "Add a server group from the palette"],
    [[], "the template is empty", "The template is empty"],
  ])("says %s %s as a sentence", (path, message, words) => {
    const items = [problem(path, message)];
    expect(lampOf([], { ...fine, valid: false, items }).lines[0]?.text).toBe(words);
  });

  it("is yellow where only publishing is stopped, and green with good advice", () => {
    const image = problem(["spec", "groups", 0, "image"], "there is no image debian-13");
    expect(lampOf([], { ...fine, publishable: false, hints: [image] })).toMatchObject({
      colour: "yellow",
      lines: [{ text: "There is no image debian-13", isError: false }],
    });
    expect(lampOf([], { ...fine, hints: [image] })).toMatchObject({ colour: "green" });
  });

  it("is red where the text can't be read, whatever was right before", () => {
    const lamp = lampOf([{ message: "a bracket is missing", line: 7, column: 1 }], fine);
    expect(lamp).toMatchObject({ colour: "red", lines: [{ line: 7 }] });
  });

  it("lays errors at their elements, and no hints", () => {
    const lines = [
      { text: "a", path: ["x"], line: 1, isError: true },
      { text: "b", path: ["x"], line: 1, isError: true },
      { text: "c", path: ["x"], line: 1, isError: false },
      { text: "d", path: ["y"], line: 1, isError: true },
    ];
    const found = linesAt(lines, ([first]) => (first === "x" ? "group:x" : null));
    expect([...found]).toEqual([["group:x", ["a", "b"]]]);
  });
});
