import { expect, it } from "vitest";
import { beginning, readNotes } from "./notes-rules.ts";

it("tells the rule for the size apart from the rest", () => {
  const notes = "The first\nline goes on.\n\nSizing: one server for\n200 requests a second.\n\nMore.";
  expect(readNotes(notes)).toEqual({
    about: ["The first line goes on.", "More."],
    sizing: "one server for 200 requests a second.",
  });
});

it("does without notes", () => expect(readNotes(undefined)).toEqual({ about: [], sizing: null }));

it("cuts a text between words", () => {
  expect(beginning("a short one", 20)).toBe("a short one");
  expect(beginning("a text that is too long", 12)).toBe("a text that…");
});
