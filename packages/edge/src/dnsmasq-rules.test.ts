import { DhcpState } from "@berth/api/edge.ts";
import { describe, expect, it } from "vitest";
import { dnsmasqConfig, hostsFile, readLeases } from "./dnsmasq-rules.ts";

const files = { hostsDir: "/h", leaseFile: "/l", pidFile: "/p", tftpRoot: "/t" };
const lan = {
  name: "lan",
  cidr: "10.77.1.0/24",
  interface: "br-lan",
  gateway: "10.77.1.1",
  dns: ["10.77.1.1"],
  mode: "server" as const,
  dynamicRange: { start: "10.77.1.200", end: "10.77.1.250" },
};
const host = { mac: "52:54:00:00:00:01", ip: "10.77.1.10", hostname: "db-1" };

describe("dnsmasq's files", () => {
  it("give a BIOS machine, a UEFI machine and iPXE each their next step", () => {
    const config = dnsmasqConfig([lan], files);
    expect(config).toContain("dhcp-range=set:lan,10.77.1.200,10.77.1.250,255.255.255.0,1h\n");
    expect(config).toContain("dhcp-boot=tag:lan,tag:!ipxe,tag:!efi64,undionly.kpxe,,10.77.1.1\n");
    expect(config).toContain("dhcp-boot=tag:lan,tag:!ipxe,tag:efi64,ipxe.efi,,10.77.1.1\n");
    expect(config).toContain("dhcp-boot=tag:lan,tag:ipxe,http://10.77.1.1:8080/boot/ipxe\n");
    expect(config).toContain("port=0\n");
  });

  it("give no address to strangers on a network without a dynamic range", () => {
    expect(dnsmasqConfig([{ ...lan, dynamicRange: null }], files)).toContain(
      "dhcp-range=set:lan,10.77.1.0,static,255.255.255.0,1h\n",
    );
  });

  it("leave addresses to the other DHCP server in proxy mode", () => {
    const config = dnsmasqConfig([{ ...lan, mode: "proxy" }], files);
    expect(config).toContain("dhcp-range=set:lan,10.77.1.0,proxy,255.255.255.0\n");
    expect(config).not.toContain("option:router");
  });

  it("keep the configuration the same when only reservations change", () => {
    expect(dnsmasqConfig([lan], files)).toBe(dnsmasqConfig([{ ...lan }], files));
    expect(hostsFile([host])).toBe("52:54:00:00:00:01,10.77.1.10,db-1\n");
  });

  it("are read back without torn or foreign lines", () => {
    const leases = readLeases(
      "1800000000 52:54:00:00:00:01 10.77.1.10 * 01:52:54:00:00:00:01\nduid 00:01\n18000\n0 52:54:00:00:00:02 10.77.1.11 web ff\n",
    );
    expect(leases).toEqual([
      { mac: "52:54:00:00:00:01", ip: "10.77.1.10", hostname: null, expiresAt: "2027-01-15T08:00:00.000Z" },
      { mac: "52:54:00:00:00:02", ip: "10.77.1.11", hostname: "web", expiresAt: null },
    ]);
  });
});

describe("what the edge is told", () => {
  it.each([
    ["a newline in a host name", { hosts: [{ ...host, hostname: "a\ndhcp-script=/bin/x" }] }],
    ["a comma in a host name", { hosts: [{ ...host, hostname: "a,b" }] }],
    ["an interface with a space", { networks: [{ ...lan, interface: "br lan" }] }],
    ["a MAC with a tag", { hosts: [{ ...host, mac: "set:x,52:54:00:00:00:01" }] }],
    ["a wildcard MAC", { hosts: [{ ...host, mac: "52:54:00:*:*:*" }] }],
    ["a gateway with an option behind", { networks: [{ ...lan, gateway: "10.77.1.1,1.1.1.1" }] }],
    ["the same MAC twice", { hosts: [host, { ...host, ip: "10.77.1.11" }] }],
    ["the same address twice", { hosts: [host, { ...host, mac: "52:54:00:00:00:02" }] }],
    ["the same interface twice", { networks: [lan, { ...lan, name: "lan2" }] }],
    ["an unknown field", { script: "/bin/x" }],
    ["a network where the edge has no address", { networks: [{ ...lan, gateway: null }] }],
  ])("is refused with %s", (_what, wrong) => {
    expect(DhcpState.safeParse({ networks: [lan], hosts: [host] }).success).toBe(true);
    expect(DhcpState.safeParse({ networks: [lan], hosts: [host], ...wrong }).success).toBe(false);
  });
});
