import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const APT_DIR = "/etc/apt";

/**
 * The machine's own apt sources for a Debian release, as one-line entries: whoever runs Berth already trusts and
 * reaches them. Third parties' entries (other suites) are left out. Empty on another distribution: then a mirror must be given.
 */
export async function aptSources(release: string, aptDir = APT_DIR): Promise<string[]> {
  const parts = await readdir(join(aptDir, "sources.list.d")).catch(() => []);
  const files = [join(aptDir, "sources.list"), ...parts.sort().map((p) => join(aptDir, "sources.list.d", p))];
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(file, "utf8").catch(() => "") })),
  );
  const lines = texts.flatMap(({ file, text }) =>
    file.endsWith(".sources") ? readStanzas(text) : readOneLiners(text),
  );
  return [...new Set(lines.filter((line) => isOfRelease(line, release)))];
}

export function mirrorSources(release: string, mirror: string): string[] {
  const url = new URL(mirror).href.replace(/\/$/, "");
  return [`deb ${url} ${release} main`, `deb ${url} ${release}-updates main`];
}

function readOneLiners(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("deb "));
}

/** deb822 stanzas: one line for each pair of address and suite. */
function readStanzas(text: string): string[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const line of stanza.split("\n")) {
      const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (match?.[1] !== undefined) fields.set(match[1].toLowerCase(), match[2] ?? "");
    }
    const words = (name: string) => (fields.get(name) ?? "").split(/\s+/).filter((w) => w !== "");
    if (fields.get("enabled") === "no" || !words("types").includes("deb")) return [];
    const key = fields.get("signed-by");
    const option = key?.startsWith("/") ? `[signed-by=${key}] ` : "";
    return words("uris").flatMap((uri) =>
      words("suites").map((suite) => `deb ${option}${uri} ${suite} ${words("components").join(" ")}`),
    );
  });
}

function isOfRelease(line: string, release: string): boolean {
  const words = line.replace(/\[[^\]]*\]/, "").split(/\s+/);
  const suite = words[2] ?? "";
  return (
    (suite === release || suite.startsWith(`${release}-`) || suite === `${release}/updates`) && words.includes("main")
  );
}
