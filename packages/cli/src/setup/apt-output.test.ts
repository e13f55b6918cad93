import { expect, it } from "vitest";
import { explainApt, packageSetUp } from "./apt-output.ts";

it.each([
  ["Setting up qemu-utils (1:7.2+dfsg-7+deb12u16) ...", "qemu-utils"],
  ["Setting up libc6:amd64 (2.36-9) ...", "libc6"],
  ["Unpacking qemu-utils (1:7.2) ...", null],
])("%s", (line, expected) => {
  expect(packageSetUp(line)).toBe(expected);
});

it.each([
  ["E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (apt-get)", "another program"],
  ["E: Unable to locate package ovmf", "package lists"],
  ["Err:1 http://deb.debian.org bookworm InRelease\n  Temporary failure resolving 'deb.debian.org'", "mirror"],
  ["sudo: a password is required", "sudo"],
  ["E: You don't have enough free space in /var/cache/apt/archives/.", "disk"],
])("explains: %s", (output, words) => {
  expect(explainApt(output)?.message).toContain(words);
});

it("says nothing about what it does not know", () => {
  expect(explainApt("E: something new")).toBeNull();
});
