export type Purpose = "lab" | "images" | "tests" | "browser";

/** A Debian package that a part of Berth needs, and why: what the user reads before agreeing. */
export interface Part {
  readonly package: string;
  readonly purposes: readonly Purpose[];
  readonly reason: string;
}

// The controller itself, the CLI and the simulated lab need none of these: npm brings all they use, PostgreSQL too.
// libvirt-daemon (not libvirt-daemon-system) and dnsmasq-base (not dnsmasq) bring programs without system services.
export const PARTS: readonly Part[] = [
  { package: "qemu-system-x86", purposes: ["lab"], reason: "runs the lab's blades and virtual machines" },
  { package: "qemu-utils", purposes: ["lab", "images"], reason: "makes and converts disk images (qemu-img)" },
  { package: "qemu-block-extra", purposes: ["lab"], reason: "lets QEMU read disks over the network" },
  { package: "libvirt-daemon", purposes: ["lab"], reason: "the lab's hypervisor hosts, as a private daemon" },
  { package: "libvirt-daemon-driver-qemu", purposes: ["lab"], reason: "lets that daemon run QEMU" },
  { package: "dnsmasq-base", purposes: ["lab"], reason: "answers DHCP and TFTP inside the lab" },
  { package: "ipxe", purposes: ["lab"], reason: "network boot loaders handed to booting machines" },
  { package: "ipxe-qemu", purposes: ["lab"], reason: "network boot ROMs of the blades' network cards" },
  { package: "ovmf", purposes: ["lab"], reason: "UEFI firmware of the blades" },
  { package: "seabios", purposes: ["lab"], reason: "BIOS firmware of the blades" },
  { package: "iproute2", purposes: ["lab"], reason: "makes the lab's network namespace and bridges (ip)" },
  { package: "procps", purposes: ["lab"], reason: "sets what the lab's namespaces forward (sysctl)" },
  { package: "mmdebstrap", purposes: ["images"], reason: "builds the Debian image and the service OS" },
  { package: "uidmap", purposes: ["images"], reason: "lets mmdebstrap work without root" },
  { package: "mtools", purposes: ["images"], reason: "writes FAT file systems without mounting them" },
  { package: "syslinux", purposes: ["images"], reason: "makes images start on BIOS machines" },
  { package: "syslinux-common", purposes: ["images"], reason: "the boot loader's own files" },
  { package: "dosfstools", purposes: ["images"], reason: "makes FAT file systems (mkfs.vfat)" },
  { package: "e2fsprogs", purposes: ["lab", "images"], reason: "makes ext4 file systems (mke2fs)" },
  { package: "fdisk", purposes: ["images"], reason: "writes partition tables (sfdisk)" },
  { package: "gdisk", purposes: ["images"], reason: "writes GUID partition tables (sgdisk)" },
  { package: "zstd", purposes: ["images"], reason: "packs images for their way over the network" },
  { package: "busybox-static", purposes: ["images"], reason: "the tools of the service OS" },
  { package: "cpio", purposes: ["images"], reason: "packs the service OS's start file system" },
  { package: "curl", purposes: ["images"], reason: "fetches and reports inside the service OS" },
  {
    package: "openssl",
    purposes: ["images", "tests"],
    reason: "checks certificates inside the service OS, and makes those of tests",
  },
  {
    package: "python3-sushy",
    purposes: ["tests"],
    reason: "an independent Redfish client, to check the lab's BMCs with",
  },
  { package: "redfishtool", purposes: ["tests"], reason: "another one" },
  { package: "libvirt-clients", purposes: ["tests"], reason: "virsh, to look at what Berth did from outside" },
  { package: "openssh-client", purposes: ["tests"], reason: "ssh and ssh-keygen, to check our SSH with another one" },
  {
    package: "openssh-server",
    purposes: ["tests"],
    reason: "a real SSH server to reach (Debian starts its service too)",
  },
  { package: "slapd", purposes: ["tests"], reason: "a real directory to sign in by (Debian starts its service too)" },
  { package: "python3-minimal", purposes: ["tests"], reason: "runs scripts in guests' tests" },
  { package: "python3-yaml", purposes: ["tests"], reason: "reads the seeds of guests as cloud-init does" },
  { package: "sudo", purposes: ["tests"], reason: "runs scripts as root on the guests that tests play" },
  { package: "chromium", purposes: ["tests", "browser"], reason: "looks at the portal as a person would (headless)" },
  { package: "shellcheck", purposes: ["tests"], reason: "checks the launcher and the service OS agent" },
];

export function partsFor(purposes: readonly Purpose[]): Part[] {
  return PARTS.filter((part) => part.purposes.some((purpose) => purposes.includes(purpose)));
}
