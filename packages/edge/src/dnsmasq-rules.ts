import { BOOT_HTTP_PORT, type DhcpHost, type DhcpLease, type DhcpNetwork } from "@berth/api/edge.ts";

/** Where the parts of dnsmasq's state are. */
export interface DnsmasqFiles {
  readonly hostsDir: string;
  readonly leaseFile: string;
  readonly pidFile: string;
  /** Debian's folder with `undionly.kpxe` and `ipxe.efi`. */
  readonly tftpRoot: string;
}

const LEASE_TIME = "1h";
const LEASES_MAX = 5000;
const BIOS_LOADER = "undionly.kpxe";
const EFI_LOADER = "ipxe.efi";

/** dnsmasq's configuration. Every value was checked by the schema of the edge protocol: none can end a line. */
export function dnsmasqConfig(networks: readonly DhcpNetwork[], files: DnsmasqFiles): string {
  const lines = [
    "port=0",
    "no-hosts",
    "no-resolv",
    "bind-dynamic",
    "except-interface=lo",
    "log-facility=-",
    "log-dhcp",
    `pid-file=${files.pidFile}`,
    `dhcp-leasefile=${files.leaseFile}`,
    `dhcp-hostsdir=${files.hostsDir}`,
    `dhcp-lease-max=${LEASES_MAX}`,
    // A name that a machine claims for itself is nobody's proof.
    "dhcp-ignore-names",
    // We are the only server of our networks, and no address of ours is in use unseen: seconds less per boot.
    "dhcp-authoritative",
    "no-ping",
    "enable-tftp",
    `tftp-root=${files.tftpRoot}`,
    "tftp-no-fail",
    "tftp-max=200",
    "dhcp-match=set:ipxe,175",
    "dhcp-match=set:efi64,option:client-arch,7",
    "dhcp-match=set:efi64,option:client-arch,9",
    ...networks.flatMap((network) => [
      `interface=${network.interface}`,
      ...(network.mode === "server" ? serverLines(network) : proxyLines(network)),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The edge's own address in a network. */
export function edgeAddress(network: DhcpNetwork): string {
  const address = network.address ?? network.gateway;
  if (address === null) throw new Error("the schema lets no network without an address pass");
  return address;
}

function serverLines(network: DhcpNetwork): string[] {
  const tag = network.name;
  const mask = netmask(network.cidr);
  const range = network.dynamicRange;
  const scope = range === null ? `${baseAddress(network.cidr)},static` : `${range.start},${range.end}`;
  return [
    `dhcp-range=set:${tag},${scope},${mask},${LEASE_TIME}`,
    // An option without a value keeps dnsmasq from announcing itself as router or name server.
    network.gateway === null
      ? `dhcp-option=tag:${tag},option:router`
      : `dhcp-option=tag:${tag},option:router,${network.gateway}`,
    network.dns.length === 0
      ? `dhcp-option=tag:${tag},option:dns-server`
      : `dhcp-option=tag:${tag},option:dns-server,${network.dns.join(",")}`,
    `dhcp-boot=tag:${tag},tag:!ipxe,tag:!efi64,${BIOS_LOADER},,${edgeAddress(network)}`,
    `dhcp-boot=tag:${tag},tag:!ipxe,tag:efi64,${EFI_LOADER},,${edgeAddress(network)}`,
    `dhcp-boot=tag:${tag},tag:ipxe,${scriptUrl(network)}`,
  ];
}

/** Beside a DHCP server that is not ours: it gives the addresses, we add the loader (PXE specification, proxyDHCP). */
function proxyLines(network: DhcpNetwork): string[] {
  const tag = network.name;
  return [
    `dhcp-range=set:${tag},${baseAddress(network.cidr)},proxy,${netmask(network.cidr)}`,
    `pxe-service=tag:${tag},tag:!ipxe,x86PC,"Berth",${BIOS_LOADER}`,
    `pxe-service=tag:${tag},tag:!ipxe,BC_EFI,"Berth",${EFI_LOADER}`,
    `pxe-service=tag:${tag},tag:!ipxe,X86-64_EFI,"Berth",${EFI_LOADER}`,
    `dhcp-boot=tag:${tag},tag:ipxe,${scriptUrl(network)}`,
  ];
}

// Short on purpose: BOOTP's file name has room for 127 bytes. The script there asks again with what the machine knows of itself.
const scriptUrl = (network: DhcpNetwork) => `http://${edgeAddress(network)}:${BOOT_HTTP_PORT}/boot/ipxe`;

/** The file in dnsmasq's `dhcp-hostsdir`. */
export function hostsFile(hosts: readonly DhcpHost[]): string {
  return hosts.map((host) => `${host.mac},${host.ip},${host.hostname.split(".")[0]}\n`).join("");
}

/** Reads dnsmasq's lease file; lines of another form (DHCPv6, torn writes) are left out. */
export function readLeases(text: string): DhcpLease[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(\d{1,12}) ((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) (\d{1,3}(?:\.\d{1,3}){3}) (\S{1,255}) /.exec(line);
    if (match === null) return [];
    const [, expires = "0", mac = "", ip = "", hostname = "*"] = match;
    return [
      {
        mac,
        ip,
        hostname: hostname === "*" ? null : hostname,
        expiresAt: expires === "0" ? null : new Date(Number(expires) * 1000).toISOString(),
      },
    ];
  });
}

function bitsOf(cidr: string): number {
  return Number(cidr.split("/")[1]);
}

function netmask(cidr: string): string {
  const bits = bitsOf(cidr);
  return dotted(bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);
}

function baseAddress(cidr: string): string {
  const address = (cidr.split("/")[0] ?? "").split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - bitsOf(cidr));
  return dotted(Math.floor(address / size) * size);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}
