import { writeFat } from "./fat.ts";

/** A NIC as the system will find it, and the address that it is to take there. */
export interface SeedNic {
  readonly mac: string;
  /** Null: by DHCP, or none at all when `dhcp` is false. */
  readonly ip: string | null;
  readonly prefix: number;
  readonly gateway: string | null;
  readonly dns: readonly string[];
  readonly dhcp: boolean;
}

export interface SeedSpec {
  /** cloud-init does its first-boot work again when this changes. */
  readonly instanceId: string;
  readonly hostname: string;
  readonly fqdn?: string;
  readonly user: string;
  readonly authorizedKeys: readonly string[];
  /** May sign in too, with the key itself and not with certificates of it. */
  readonly adminKeys?: readonly string[];
  readonly locale?: string | null;
  readonly timeZone?: string | null;
  readonly hostKeyPrivate: string;
  readonly hostKeyPublic: string;
  readonly nics: readonly SeedNic[];
  /** Let the root file system fill its disk. Default true. */
  readonly growRoot?: boolean;
}

/** A NoCloud seed: the bytes of a FAT file system that cloud-init finds by its label. The same spec gives the same bytes. */
export async function buildSeed(spec: SeedSpec): Promise<Buffer> {
  return writeFat("CIDATA", [
    { name: "meta-data", content: yaml(metaData(spec)) },
    { name: "user-data", content: Buffer.concat([Buffer.from("#cloud-config\n"), yaml(userData(spec))]) },
    { name: "network-config", content: yaml(networkConfig(spec.nics)) },
  ]);
}

/**
 * JSON, which is YAML too: everything is quoted, so that no value becomes another (cloud-init's YAML 1.1 reads a bare
 * 52:54:00:12:34:56 as a number to base 60), and none can reach out of its place.
 */
function yaml(document: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(document, null, 1)}\n`);
}

function metaData({ instanceId, hostname }: SeedSpec) {
  return { "instance-id": instanceId, "local-hostname": hostname };
}

function userData(spec: SeedSpec) {
  return {
    hostname: spec.hostname,
    ...(spec.fqdn === undefined ? {} : { fqdn: spec.fqdn }),
    preserve_hostname: false,
    manage_etc_hosts: true,
    // The host key is ours, so that the first connection can already be checked.
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: spec.hostKeyPrivate, ed25519_public: spec.hostKeyPublic },
    ssh_pwauth: false,
    disable_root: true,
    users: [
      {
        name: spec.user,
        shell: "/bin/bash",
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        lock_passwd: true,
        ssh_authorized_keys: [
          ...spec.authorizedKeys.flatMap((key) => [key, authorityLine(key, spec.user)]),
          ...(spec.adminKeys ?? []),
        ],
      },
    ],
    ...(spec.locale == null ? {} : { locale: spec.locale }),
    ...(spec.timeZone == null ? {} : { timezone: spec.timeZone }),
    growpart: { mode: (spec.growRoot ?? true) ? "auto" : "off", devices: ["/"] },
    resize_rootfs: (spec.growRoot ?? true) ? "noblock" : false,
  };
}

/** Whoever shows a certificate that this key has signed gets in too: so people do, and the key itself never leaves. */
function authorityLine(key: string, user: string): string {
  return `cert-authority,principals="${user}" ${key}`;
}

/** Matched by MAC with a name set: a match by name gives no network with some of cloud-init's renderers, silently. */
function networkConfig(nics: readonly SeedNic[]) {
  return { version: 2, ethernets: Object.fromEntries(nics.map((nic, i) => [`eth${i}`, ethernet(nic, `eth${i}`)])) };
}

function ethernet(nic: SeedNic, name: string) {
  const isStatic = nic.ip !== null;
  return {
    match: { macaddress: nic.mac },
    "set-name": name,
    dhcp4: !isStatic && nic.dhcp,
    ...(isStatic ? { addresses: [`${nic.ip}/${nic.prefix}`] } : {}),
    ...(isStatic && nic.gateway !== null ? { routes: [{ to: anywhere(nic.gateway), via: nic.gateway }] } : {}),
    ...(isStatic && nic.dns.length > 0 ? { nameservers: { addresses: nic.dns } } : {}),
  };
}

/** Written out, because cloud-init before 23 does not know the word "default". */
function anywhere(gateway: string): string {
  return gateway.includes(":") ? "::/0" : "0.0.0.0/0";
}
