import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { cachedBuild, contentKey } from "./build-cache.ts";
import { makeTree, runAsTreeRoot } from "./mmdebstrap.ts";
import { runTool } from "./run-tool.ts";

const RECIPE = new URL("../debian-12/", import.meta.url);
const RECIPE_VERSION = "1";
const RELEASE = "bookworm";
const MIB = 1024 * 1024;
const SECTOR = 512;
const FIRST_MIB = 1;
const BOOT_MIB = 64;
const TAIL_MIB = 1;

// cloud-init reports an error without `locales`; systemd-resolved makes name servers of a seed take effect.
const PACKAGES = [
  "linux-image-cloud-amd64",
  "systemd-sysv",
  "systemd-resolved",
  "systemd-boot-efi",
  "dbus",
  "udev",
  "zstd",
  "cloud-init",
  "cloud-guest-utils",
  "fdisk",
  "openssh-server",
  "sudo",
  "netbase",
  "locales",
  "iproute2",
  "procps",
  "ca-certificates",
  "curl",
] as const;

const LEAVE_OUT = [
  "/usr/share/man/*",
  "/usr/share/doc/*",
  "/usr/share/info/*",
  "/usr/share/locale/*",
  "/usr/share/i18n/locales/[a-z]*_[A-Z]*",
];

const KERNEL_LINE = "root=LABEL=berth-root ro console=tty0 console=ttyS0,115200n8 quiet panic=10";

export const BuiltImage = z.object({
  name: z.string(),
  os: z.string(),
  firmware: z.array(z.enum(["bios", "uefi"])),
  format: z.literal("raw"),
  rawBytes: z.number().int(),
  rawSha256: z.string(),
  streamBytes: z.number().int(),
  /** File names in the folder of the result. */
  rawFile: z.string(),
  streamFile: z.string(),
});
export type BuiltImage = z.infer<typeof BuiltImage> & { readonly dir: string };

export interface BuildOptions {
  readonly cacheDir: string;
  /** A Debian mirror, where the machine's own apt sources are not Debian's. */
  readonly mirror?: string;
  readonly progress: (line: string) => void;
}

/** Builds `debian-12`: a cloud image that starts on BIOS and UEFI and is personalised by a NoCloud seed. */
export async function buildDebianImage(options: BuildOptions): Promise<BuiltImage> {
  const [essentialHook, customizeHook] = await Promise.all(
    ["essential.sh", "customize.sh"].map((name) => readFile(new URL(name, RECIPE), "utf8")),
  );
  const ingredients = [
    RECIPE_VERSION,
    ...PACKAGES,
    ...LEAVE_OUT,
    KERNEL_LINE,
    essentialHook ?? "",
    customizeHook ?? "",
    options.mirror ?? "",
  ];
  const place = {
    cacheDir: join(options.cacheDir, "images"),
    name: "debian-12",
    key: contentKey(ingredients),
    schema: BuiltImage,
  };
  return cachedBuild(place, async (dir) => {
    const tar = join(dir, "root.tar");
    options.progress("installing Debian packages");
    await makeTree(
      {
        release: RELEASE,
        packages: PACKAGES,
        variant: "minbase",
        essentialHook,
        customizeHook,
        leaveOut: LEAVE_OUT,
        mirror: options.mirror,
      },
      tar,
      options.progress,
    );
    options.progress("making the root file system");
    await makeRootFileSystem(tar, join(dir, "root.ext4"));
    options.progress("making the boot partition");
    await makeBootPartition(dir, tar);
    options.progress("putting the disk together");
    await makeDisk(dir);
    await Promise.all(["root.tar", "root.ext4", "boot.fat"].map((name) => rm(join(dir, name))));
    options.progress("compressing and hashing");
    await runTool("zstd", ["-q", "-T0", "-9", "--", join(dir, "disk.raw")]);
    return {
      name: "debian-12",
      os: "debian-12",
      firmware: ["bios" as const, "uefi" as const],
      format: "raw" as const,
      rawBytes: (await stat(join(dir, "disk.raw"))).size,
      rawSha256: await sha256(join(dir, "disk.raw")),
      streamBytes: (await stat(join(dir, "disk.raw.zst"))).size,
      rawFile: "disk.raw",
      streamFile: "disk.raw.zst",
    };
  });
}

// The file system is as small as its content allows, since every byte is hashed and written at every installation; the
// first boot grows it. mke2fs fills it from a folder, so neither loop devices nor mounts are needed.
const MAKE_ROOT = `
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
tar -x -C "$work/root" --numeric-owner -f -
used=$(du -s -m --apparent-size "$work/root" | cut -f 1)
mke2fs -q -t ext4 -L berth-root -m 1 -J size=16 -E lazy_itable_init=0,lazy_journal_init=0 -d "$work/root" "$work/root.ext4" "$((used + used / 8 + 64))m" >&2
cat "$work/root.ext4"
`;

async function makeRootFileSystem(tar: string, target: string): Promise<void> {
  await using input = await open(tar, "r");
  await using output = await open(target, "w");
  await runAsTreeRoot(MAKE_ROOT, input.fd, output.fd);
}

async function makeBootPartition(dir: string, tar: string): Promise<void> {
  const fat = join(dir, "boot.fat");
  const names = await runTool("tar", ["-t", "-f", tar, "--wildcards", "./boot/vmlinuz-*", "./boot/initrd.img-*"]);
  const stub = "./usr/lib/systemd/boot/efi/systemd-bootx64.efi";
  const [initrd, kernel] = names.trim().split("\n").sort();
  if (initrd === undefined || kernel === undefined) throw new Error("the tree has no kernel");
  await runTool("tar", ["-x", "-C", dir, "-f", tar, initrd, kernel, stub]);
  await truncate(await touch(fat), BOOT_MIB * MIB);
  await runTool("mformat", ["-i", fat, "-v", "BERTH-BOOT", "::"]);
  await runTool("mmd", ["-i", fat, "::EFI", "::EFI/BOOT", "::loader", "::loader/entries"]);
  await runTool("mcopy", ["-i", fat, join(dir, kernel), "::vmlinuz"]);
  await runTool("mcopy", ["-i", fat, join(dir, initrd), "::initrd.img"]);
  await runTool("mcopy", ["-i", fat, join(dir, stub), "::EFI/BOOT/BOOTX64.EFI"]);
  await putText(dir, fat, "::loader/loader.conf", "default berth.conf\ntimeout 0\neditor no\n");
  await putText(
    dir,
    fat,
    "::loader/entries/berth.conf",
    `title Debian\nlinux /vmlinuz\ninitrd /initrd.img\noptions ${KERNEL_LINE}\n`,
  );
  await putText(
    dir,
    fat,
    "::syslinux.cfg",
    `DEFAULT berth\nPROMPT 0\nTIMEOUT 0\nLABEL berth\n  LINUX /vmlinuz\n  INITRD /initrd.img\n  APPEND ${KERNEL_LINE}\n`,
  );
  await runTool("syslinux", ["--install", fat]);
  await Promise.all(["boot", "usr"].map((name) => rm(join(dir, name), { recursive: true })));
}

/** GPT with the FAT boot partition first, which BIOS and UEFI both start from, and the root last, so that it can grow. */
async function makeDisk(dir: string): Promise<void> {
  const disk = join(dir, "disk.raw");
  const rootMiB = Math.ceil((await stat(join(dir, "root.ext4"))).size / MIB);
  await truncate(await touch(disk), (FIRST_MIB + BOOT_MIB + rootMiB + TAIL_MIB) * MIB);
  const table = join(dir, "table.sfdisk");
  const toSectors = (mib: number) => (mib * MIB) / SECTOR;
  await using file = await open(table, "w+");
  await file.write(
    [
      "label: gpt",
      `start=${toSectors(FIRST_MIB)}, size=${toSectors(BOOT_MIB)}, type=uefi, name=berth-boot, attrs=LegacyBIOSBootable`,
      `start=${toSectors(FIRST_MIB + BOOT_MIB)}, size=${toSectors(rootMiB)}, type=linux, name=berth-root`,
      "",
    ].join("\n"),
  );
  await using input = await open(table, "r");
  await runTool("sfdisk", ["-q", "--", disk], { input: input.fd });
  const copy = (from: string, seekMiB: number) =>
    runTool("dd", [`if=${from}`, `of=${disk}`, "bs=1M", `seek=${seekMiB}`, "conv=notrunc,sparse", "status=none"]);
  await copy(join(dir, "boot.fat"), FIRST_MIB);
  await copy(join(dir, "root.ext4"), FIRST_MIB + BOOT_MIB);
  // Only the code area of the first sector: the table behind it is sfdisk's.
  await runTool("dd", [
    "if=/usr/lib/syslinux/mbr/gptmbr.bin",
    `of=${disk}`,
    "bs=440",
    "count=1",
    "conv=notrunc",
    "status=none",
  ]);
  await rm(table);
}

async function putText(dir: string, fat: string, target: string, text: string): Promise<void> {
  const path = join(dir, "text.tmp");
  await using file = await open(path, "w");
  await file.write(text);
  await runTool("mcopy", ["-i", fat, path, target]);
  await rm(path);
}

async function touch(path: string): Promise<string> {
  await using _file = await open(path, "w");
  return path;
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: MIB })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
