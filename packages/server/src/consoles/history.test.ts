import fc from "fast-check";
import { expect, it } from "vitest";
import { createHistory } from "./history.ts";

it("keeps the last bytes of whatever was said, however it came", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 32 }),
      (said, size) => {
        const history = createHistory(size);
        for (const part of said) history.add(Buffer.from(part));
        expect(history.all()).toEqual(Buffer.concat(said).subarray(-size));
      },
    ),
  );
});

it("gives a copy, which what is said later does not change", () => {
  const history = createHistory(4);
  history.add(Buffer.from("abcd"));
  const seen = history.all();
  history.add(Buffer.from("xy"));
  expect(seen.toString()).toBe("abcd");
  expect(history.all().toString()).toBe("cdxy");
});
