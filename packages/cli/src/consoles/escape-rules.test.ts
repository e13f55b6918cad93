import { describe, expect, it } from "vitest";
import { escapeReader } from "./escape-rules.ts";

describe("escapes of berth console", () => {
  it.each([
    ["~.", "", "leave"],
    ["ls\r~.", "ls\r", "leave"],
    ["ls ~.", "ls ~.", null],
    ["~~.", "~.", null],
    ["~x", "~x", null],
    ["~?", "", "help"],
    ["cd ~\r", "cd ~\r", null],
  ])("reads %j as %j and %s", (typed, send, action) => {
    expect(escapeReader().read(typed)).toEqual({ send, action });
  });

  it("reads key by key as it reads all at once", () => {
    const reader = escapeReader();
    const seen = [..."a\r~."].map((key) => reader.read(key));
    expect(seen.map(({ send }) => send).join("")).toBe("a\r");
    expect(seen.at(-1)?.action).toBe("leave");
  });
});
