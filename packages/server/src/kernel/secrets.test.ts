import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSecretBox } from "./secrets.ts";

let folder: string;
const keyFile = () => join(folder, "state", "secret.key");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-secrets-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("opens what it sealed, also after a restart", async () => {
  const sealed = (await openSecretBox(keyFile())).seal("pässword\0", "host/1");
  expect((await openSecretBox(keyFile())).open(sealed, "host/1")).toBe("pässword\0");
  expect((await openSecretBox(keyFile())).open((await openSecretBox(keyFile())).seal("", "x"), "x")).toBe("");
});

it("seals the same text differently each time, and shows nothing of it", async () => {
  const box = await openSecretBox(keyFile());
  const sealed = [box.seal("hunter2", "a"), box.seal("hunter2", "a")];
  expect(sealed[0]).not.toBe(sealed[1]);
  expect(sealed.join()).not.toContain("hunter2");
});

it("does not open a secret that belongs to another row, was changed, or was sealed with another key", async () => {
  const box = await openSecretBox(keyFile());
  const sealed = box.seal("hunter2", "host/1");
  expect(() => box.open(sealed, "host/2")).toThrow("sealed for something else");
  const changed = `${sealed.slice(0, -6)}${sealed.at(-6) === "A" ? "B" : "A"}${sealed.slice(-5)}`;
  expect(() => box.open(changed, "host/1")).toThrow("was changed");
  expect(() => box.open("hunter2", "host/1")).toThrow("not in a form");
  const other = await openSecretBox(join(folder, "other.key"));
  expect(() => other.open(sealed, "host/1")).toThrow("sealed with key");
});

it("makes one key when several controllers start at once, for its owner only", async () => {
  const boxes = await Promise.all(Array.from({ length: 8 }, () => openSecretBox(keyFile())));
  const sealed = boxes.map((box, i) => box.seal(`secret ${i}`, "x"));
  for (const box of boxes)
    expect(sealed.map((text) => box.open(text, "x"))).toEqual(boxes.map((_, i) => `secret ${i}`));
  expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
});

it("refuses a key that others can read, and a file that is no key", async () => {
  await openSecretBox(keyFile());
  const text = await readFile(keyFile(), "utf8");
  await chmod(keyFile(), 0o640);
  await expect(openSecretBox(keyFile())).rejects.toThrow("0600");
  await chmod(keyFile(), 0o600);
  await writeFile(keyFile(), text.slice(0, 20));
  await expect(openSecretBox(keyFile())).rejects.toThrow("does not hold a secret key");
});
