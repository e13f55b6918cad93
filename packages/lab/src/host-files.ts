import { createHash } from "node:crypto";
import { mkdir, open, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { type HostPlan, STORAGE_POOL } from "./plan.ts";

/** What a host of the lab has on disk before its libvirtd first starts. */

/** Seen from inside the host. */
export const POOL_FOLDER = "/var/lib/libvirt/images/pool";
/** On the pool's file system, beside the pool. */
export const BALLAST_FILE = "/var/lib/libvirt/images/ballast";

const DAEMON_CONF = `
unix_sock_rw_perms = "0700"
unix_sock_ro_perms = "0700"
auth_unix_rw = "none"
auth_unix_ro = "none"
`;
// Debian's defaults ask for cgroups, AppArmor and virtlogd, none of which a private daemon has.
const QEMU_CONF = `
stdio_handler = "file"
security_driver = "none"
user = "root"
group = "root"
cgroup_controllers = []
namespaces = []
`;

export async function writeHostFiles(host: HostPlan): Promise<void> {
  const configuration = join(host.dir, "etc/libvirt");
  const autostart = join(configuration, "storage/autostart");
  await mkdir(autostart, { recursive: true });
  await writeFile(join(configuration, "libvirtd.conf"), DAEMON_CONF);
  await writeFile(join(configuration, "qemu.conf"), QEMU_CONF);
  await writeFile(join(configuration, `storage/${STORAGE_POOL}.xml`), poolXml(host.namespace));
  // libvirtd takes up what it finds linked here by its own absolute name.
  await symlink(`/etc/libvirt/storage/${STORAGE_POOL}.xml`, join(autostart, `${STORAGE_POOL}.xml`));
}

/**
 * A file system of its own, so that a full disk is this host's alone and its size is what the spec says. The file is
 * sparse: only what guests write takes room.
 */
export async function makeStorage(path: string, sizeGiB: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.truncate(sizeGiB * 1024 ** 3);
  } finally {
    await file.close();
  }
  // No journal and no zeroing: after a crash a lab is made anew.
  const options = ["-E", "lazy_itable_init=1,nodiscard", "-O", "^has_journal", "-m", "0"];
  await run("mke2fs", ["-q", "-F", "-t", "ext4", ...options, "--", path]);
}

function poolXml(seed: string): string {
  const digits = createHash("sha256").update(`${seed}/${STORAGE_POOL}`).digest("hex");
  const uuid = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ];
  return [
    "<pool type='dir'>",
    `  <name>${STORAGE_POOL}</name>`,
    `  <uuid>${uuid.join("-")}</uuid>`,
    "  <source/>",
    `  <target><path>${POOL_FOLDER}</path></target>`,
    "</pool>",
    "",
  ].join("\n");
}
