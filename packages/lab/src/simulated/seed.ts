import { parse } from "yaml";
import { z } from "zod";
import { readFat } from "./fat.ts";

/** What cloud-init makes out of a NoCloud seed, as far as a simulated system needs it. */
export interface Seed {
  readonly hostname: string;
  readonly instanceId: string;
  /** Addresses by MAC; `dhcp` asks the site's DHCP. */
  readonly nics: readonly { readonly mac: string; readonly addresses: readonly string[]; readonly dhcp: boolean }[];
  /** Private keys, OpenSSH format. */
  readonly hostKeys: readonly string[];
  readonly users: readonly { readonly name: string; readonly authorizedKeys: readonly string[] }[];
}

const Keys = z.array(z.string().max(10_000)).max(50).default([]);
const MetaData = z.looseObject({
  "instance-id": z.string().max(200).default("none"),
  "local-hostname": z.string().max(253).optional(),
});
const UserData = z.looseObject({
  hostname: z.string().max(253).optional(),
  fqdn: z.string().max(253).optional(),
  ssh_authorized_keys: Keys,
  ssh_keys: z.record(z.string(), z.string().max(10_000)).default({}),
  users: z
    .array(z.union([z.string(), z.looseObject({ name: z.string().max(64), ssh_authorized_keys: Keys })]))
    .max(50)
    .default([]),
});
const Ethernet = z.looseObject({
  match: z.looseObject({ macaddress: z.string().optional() }).optional(),
  addresses: z.array(z.string()).default([]),
  dhcp4: z.boolean().default(false),
});
const NetworkV2 = z.looseObject({ version: z.literal(2), ethernets: z.record(z.string(), Ethernet).default({}) });
const NetworkV1 = z.looseObject({
  version: z.literal(1),
  config: z
    .array(
      z.looseObject({
        mac_address: z.string().optional(),
        subnets: z.array(z.looseObject({ type: z.string(), address: z.string().optional() })).default([]),
      }),
    )
    .default([]),
});

/** Null when the bytes are no seed: no FAT labelled CIDATA, or documents that cloud-init would refuse. */
export function readSeed(image: Buffer): Seed | null {
  const volume = readFat(image);
  if (volume === null || volume.label.toUpperCase() !== "CIDATA") return null;
  const text = (name: string) => volume.files.get(name)?.toString("utf8") ?? "";
  try {
    const meta = MetaData.parse(document(text("meta-data")));
    const user = UserData.parse(text("user-data").startsWith("#cloud-config") ? document(text("user-data")) : {});
    const network = text("network-config");
    return {
      hostname: user.hostname ?? meta["local-hostname"] ?? user.fqdn?.split(".")[0] ?? "localhost",
      instanceId: meta["instance-id"],
      nics: network === "" ? [] : nicsOf(document(network)),
      hostKeys: Object.entries(user.ssh_keys)
        .filter(([kind]) => kind.endsWith("_private"))
        .map(([, key]) => key),
      users: usersOf(user),
    };
  } catch {
    return null;
  }
}

function document(text: string): unknown {
  return parse(text, { maxAliasCount: 100 }) ?? {};
}

function usersOf(user: z.output<typeof UserData>): Seed["users"] {
  const named = user.users
    .filter((u) => typeof u === "object")
    .map((u) => ({ name: u.name, authorizedKeys: u.ssh_authorized_keys }));
  const hasDefault = user.users.length === 0 || user.users.includes("default");
  return hasDefault ? [...named, { name: "debian", authorizedKeys: user.ssh_authorized_keys }] : named;
}

function nicsOf(raw: unknown): Seed["nics"] {
  const inner = z.looseObject({ network: z.unknown().optional() }).parse(raw).network ?? raw;
  const v2 = NetworkV2.safeParse(inner);
  const plain = (address: string) => address.split("/")[0] ?? "";
  if (v2.success) {
    return Object.values(v2.data.ethernets).flatMap((e) =>
      e.match?.macaddress === undefined
        ? []
        : [{ mac: e.match.macaddress.toLowerCase(), addresses: e.addresses.map(plain), dhcp: e.dhcp4 }],
    );
  }
  return NetworkV1.parse(inner).config.flatMap((c) =>
    c.mac_address === undefined
      ? []
      : [
          {
            mac: c.mac_address.toLowerCase(),
            addresses: c.subnets.flatMap((s) => (s.address === undefined ? [] : [plain(s.address)])),
            dhcp: c.subnets.some((s) => s.type.startsWith("dhcp")),
          },
        ],
  );
}
