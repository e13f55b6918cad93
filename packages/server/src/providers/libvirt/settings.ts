import { z } from "zod";

const socketPath = z
  .string()
  .min(1)
  .max(107)
  .regex(/^\/[^\0\n\r]*$/, "an absolute path");

/** How to reach one libvirt daemon and what to make of it. */
export const libvirtSettings = z.strictObject({
  uri: z
    .enum(["qemu:///system", "qemu:///session", "test:///default"])
    .default("qemu:///system")
    .describe("the driver that the daemon opens"),
  transport: z.enum(["unix", "tls", "ssh"]).default("unix").describe("how the daemon is reached"),
  socket: socketPath
    .default("/run/libvirt/libvirt-sock")
    .describe("the daemon's UNIX socket, here (unix) or there (ssh)"),
  host: z.union([z.ipv4(), z.ipv6()]).optional().describe("the daemon's address, for tls and ssh"),
  port: z.int().min(1).max(65_535).optional().describe("16514 for tls and 22 for ssh unless given"),
  tls: z
    .strictObject({
      serverName: z.string().min(1).max(253).describe("the name in the daemon's certificate"),
      ca: z.string().max(100_000).describe("PEM of the authority that signed the daemon's certificate"),
      certificate: z.string().max(100_000).describe("PEM of our certificate"),
      key: z.string().max(100_000).meta({ secret: true }).describe("PEM of our private key"),
    })
    .optional(),
  ssh: z
    .strictObject({
      username: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "a user name of the host"),
      privateKey: z.string().max(100_000).meta({ secret: true }).describe("OpenSSH private key"),
      hostKey: z.string().max(10_000).describe("the host's public key: `ssh-ed25519 AAAA...`"),
    })
    .optional(),
  storagePool: z.string().min(1).max(100).default("default").describe("where disks go unless said otherwise"),
  technique: z
    .enum(["auto", "kvm", "qemu"])
    .default("auto")
    // /dev/kvm may exist, open, and hang every guest: whoever knows that says `qemu`.
    .describe("`auto` takes the best that the host says it has"),
  diskCache: z
    .enum(["default", "none", "writeback", "unsafe"])
    .default("default")
    .describe("how the host caches disks; `unsafe` is quick and loses data when the host dies: for labs"),
  screenAddress: z
    .union([z.ipv4(), z.ipv6()])
    .optional()
    .describe(
      "the host's address where screens of new VMs listen, guarded by passwords for one use; 127.0.0.1 unless given",
    ),
  coresLimit: z.int().min(1).max(4_096).optional().describe("of the host's cores, how many Berth may plan with"),
  memoryLimitMiB: z.int().min(64).optional().describe("of the host's memory, how much Berth may plan with"),
});

export type LibvirtSettings = z.output<typeof libvirtSettings>;
