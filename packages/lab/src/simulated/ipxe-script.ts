/** What a boot script of Berth's tells a machine to do (boot protocol, step 1). */
export type BootScript =
  | { readonly kind: "disk" }
  | {
      readonly kind: "service-os";
      readonly url: string;
      readonly tlsUrl: string;
      readonly token: string;
      readonly assets: readonly string[];
    }
  | { readonly kind: "unknown" };

/** Understands as much of iPXE's script language as the boot protocol uses. */
export function readBootScript(text: string): BootScript {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const kernel = lines.find((line) => line.startsWith("kernel "));
  if (kernel !== undefined) {
    const words = kernel.split(/\s+/);
    const value = (name: string) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
    const [url, tlsUrl, token] = [value("berth.url"), value("berth.tls"), value("berth.token")];
    if (url === null || token === null) return { kind: "unknown" };
    const assets = lines
      .filter((line) => /^(?:kernel|initrd) /.test(line))
      .flatMap((line) => assetOf(line.split(/\s+/)));
    return { kind: "service-os", url, tlsUrl: tlsUrl ?? url, token, assets };
  }
  if (lines.some((line) => line.startsWith("sanboot") || line === "exit" || line.startsWith("exit ")))
    return { kind: "disk" };
  return { kind: "unknown" };
}

/** Options such as `--name` come before the URL. */
function assetOf(words: readonly string[]): string[] {
  return words
    .slice(1)
    .filter((word) => word.startsWith("http://") || word.startsWith("https://"))
    .slice(0, 1);
}

/** `key=value` lines of the agent protocol. */
export function readAnswer(text: string): ReadonlyMap<string, string> {
  const pairs = text
    .split("\n")
    .map((line) => /^([a-z0-9_]{1,40})=([A-Za-z0-9._:/+=-]{0,1000})$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map((match) => [match[1] ?? "", match[2] ?? ""] as const);
  return new Map(pairs);
}
