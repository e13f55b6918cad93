import { expect, it } from "vitest";
import { bytesText, memoryText } from "./size-rules.ts";

it.each([
  [0, "0 B"],
  [1023, "1,023 B"],
  [1024, "1 KiB"],
  [1.5 * 1024 ** 3, "1.5 GiB"],
  [1024 ** 6, "1,024 PiB"],
])("%d bytes are %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));

it("memory is told in the largest unit that fits", () => {
  expect(memoryText(512)).toBe("512 MiB");
  expect(memoryText(8192)).toBe("8 GiB");
});
