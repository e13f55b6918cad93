import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { aptSources } from "./apt-sources.ts";

const made: string[] = [];
afterEach(() => Promise.all(made.splice(0).map((dir) => rm(dir, { recursive: true }))));

it("takes Debian's own entries in both formats, and nobody else's", async () => {
  const dir = await mkdtemp(join(tmpdir(), "berth-apt-"));
  made.push(dir);
  await mkdir(join(dir, "sources.list.d"));
  await writeFile(
    join(dir, "sources.list"),
    "# a comment\ndeb http://mirror.example/debian bookworm main contrib\ndeb-src http://mirror.example/debian bookworm main\n",
  );
  await writeFile(
    join(dir, "sources.list.d", "debian.sources"),
    "Types: deb\n# kept: a comment\nURIs: http://mirror.example/security\nSuites: bookworm-security\nComponents: main\nSigned-By: /usr/share/keyrings/d.gpg\n\nTypes: deb\nEnabled: no\nURIs: http://off.example\nSuites: bookworm\nComponents: main\n",
  );
  await writeFile(join(dir, "sources.list.d", "vendor.list"), "deb https://vendor.example/apt sdk-bookworm main\n");
  expect(await aptSources("bookworm", dir)).toEqual([
    "deb http://mirror.example/debian bookworm main contrib",
    "deb [signed-by=/usr/share/keyrings/d.gpg] http://mirror.example/security bookworm-security main",
  ]);
  expect(await aptSources("trixie", dir)).toEqual([]);
});
