import { z } from "zod";

const Fingerprint = z
  .string()
  .transform((text) => text.replaceAll(":", "").toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/, "the SHA-256 of the certificate: 64 hexadecimal digits"));

/** How the BMC's certificate is checked. `pin` compares the certificate itself; `insecure` checks nothing and is audited. */
const TlsSettings = z.discriminatedUnion("mode", [
  z.strictObject({
    mode: z.literal("verify"),
    ca: z.string().max(100_000).optional().describe("PEM of the authority"),
  }),
  z.strictObject({ mode: z.literal("pin"), sha256: Fingerprint }),
  z.strictObject({ mode: z.literal("insecure") }),
]);

export const RedfishSettings = z.strictObject({
  endpoint: z
    .url({ protocol: /^https$/ })
    .max(300)
    .refine((text) => isBareOrigin(text), "only https://host:port, without path, user or query")
    .describe("address of the management controller"),
  username: z.string().min(1).max(200),
  password: z.string().min(1).max(500).meta({ secret: true }),
  tls: TlsSettings.default({ mode: "verify" }),
});

export type RedfishSettings = z.output<typeof RedfishSettings>;

function isBareOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
}
