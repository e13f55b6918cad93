import { z } from "zod";
import { IpAddress, Name } from "./common.ts";

/** `512MiB`, `2GiB`, `1TiB`: binary units only, so that nobody has to guess. */
const ByteSize = z
  .string()
  .regex(/^[1-9]\d{0,6}(?:MiB|GiB|TiB)$/, "a whole number with MiB, GiB or TiB, like 2GiB")
  .describe("size, like 512MiB or 2GiB");

const ImageRef = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?(?:@[1-9]\d{0,5})?$/, "an image's name, or NAME@VERSION")
  .describe("image to install, as NAME or NAME@VERSION");

const HostnamePattern = z
  .string()
  .regex(
    /^(?:[a-z0-9][a-z0-9-]{0,39})?#(?:[a-z0-9-]{0,39}[a-z0-9])?$/,
    "lower-case letters, digits, hyphens and exactly one #, where the request's completion goes, like app#",
  )
  .describe("hostname with # for the request's completion, like app#");

const Disk = z.strictObject({
  name: Name.describe("name of the disk"),
  size: ByteSize,
  role: z.enum(["boot", "data", "shared"]).default("data").describe("boot, data, or shared by the group"),
});

const Nic = z.strictObject({
  network: Name.describe("network to join"),
  mode: z.enum(["automatic", "static", "dhcp"]).default("automatic").describe("where its address comes from"),
  address: IpAddress.optional().describe("the address, for static only"),
  primary: z.boolean().default(false).describe("the NIC by which the server is known and reached"),
});

const Cores = z.number().int().min(1).max(1024);
const Firmware = z.enum(["bios", "uefi"]);

/** What several groups need alike. A group may ask for more cores or memory of its own. */
const HardwareProfile = z.strictObject({
  name: Name.describe("name of the profile"),
  cores: Cores.describe("processor cores, at least"),
  memory: ByteSize.describe("memory, at least, like 2GiB"),
  firmware: Firmware.optional().describe("any when not given"),
});

const SshPublicKey = z
  .string()
  .max(8192)
  .regex(
    /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{40,}={0,2}(?: [ -~]{0,200})?$/,
    "an OpenSSH public key, like ssh-ed25519 AAAA… name",
  );

const TimeZone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){0,2}$/, "a time zone like Europe/Berlin")
  .refine((name) => isTimeZone(name), "a time zone like Europe/Berlin");

/** How the operating system of a group is set up at its first start, by cloud-init. */
const OsProfile = z.strictObject({
  name: Name.describe("name of the profile"),
  locale: z
    .string()
    .regex(/^(?:C|[a-z]{2,3}_[A-Z]{2})\.UTF-8$/, "a locale like en_GB.UTF-8 or C.UTF-8")
    .optional()
    .describe("language and formats, like en_GB.UTF-8; the image must hold its definition"),
  timeZone: TimeZone.optional().describe("like Europe/Berlin"),
  adminKeys: z.array(SshPublicKey).max(50).default([]).describe("SSH keys that may sign in as the account berth too"),
});

const Group = z.strictObject({
  name: Name.describe("name of the group"),
  kind: z.enum(["physical", "virtual", "either"]).describe("what its servers land on"),
  count: z.number().int().min(1).max(200).default(1).describe("how many servers"),
  hardware: Name.optional().describe("hardware profile, in place of cores, memory and firmware"),
  cores: Cores.optional().describe("processor cores each, at least"),
  memory: ByteSize.optional().describe("memory each, at least, like 2GiB"),
  firmware: Firmware.optional().describe("any when not given"),
  image: ImageRef,
  os: Name.optional().describe("OS profile: language, time zone, administrators' keys"),
  hostname: HostnamePattern,
  disks: z.array(Disk).min(1).max(16),
  nics: z.array(Nic).min(1).max(8),
  goal: z.enum(["best-fit", "spread"]).optional().describe("how VMs lie over hosts; the pool's goal when not given"),
});

const DecimalAmount = z.string().regex(/^(?:0|[1-9]\d{0,7})(?:\.\d{1,4})?$/, "an amount like 0.75");

const EnvName = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, "upper-case letters, digits and underscores");

/** No NUL, which no environment can carry. */
const EnvValue = z
  .string()
  .max(4096)
  .regex(/^[^\0]*$/, "no NUL characters");

const HttpUrl = z
  .string()
  .max(2000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), "an http or https URL")
  .refine((text) => !URL.canParse(text) || new URL(text).username === "", "no user name or password in a URL");

const HookRun = z.union([
  z.strictObject({ script: z.string().min(1).max(65_536).describe("POSIX shell script, run as root on the server") }),
  z.strictObject({
    http: z.strictObject({
      url: HttpUrl,
      method: z.enum(["GET", "POST", "PUT", "DELETE"]).default("GET"),
      body: z.string().max(65_536).optional(),
      expect: z.array(z.number().int().min(100).max(599)).min(1).max(20).default([200]),
    }),
  }),
]);

const Hook = z.strictObject({
  name: Name.describe("name of the hook"),
  at: z.enum(["before-create", "after-create", "before-delete", "after-delete"]).describe("when it runs"),
  group: Name.optional().describe("run it for the servers of this group only"),
  run: HookRun,
  timeout: z
    .string()
    .regex(/^[1-9]\d{0,4}[sm]$/, "a number with s or m, like 90s or 5m")
    .default("5m"),
  env: z.record(EnvName, EnvValue).default({}).describe("more environment variables"),
});

const NodeId = z
  .string()
  .max(200)
  .regex(/^(?:group:[a-z0-9-]+|network:[a-z0-9-]+|disk:[a-z0-9-]+\/[a-z0-9-]+)$/, "like group:db or disk:db/data");
const Coordinate = z.number().int().min(-1_000_000).max(1_000_000);

/** A service template as people write it. Rules over several fields are the catalogue's. */
export const TemplateDocument = z.strictObject({
  apiVersion: z.literal("berth/v1"),
  kind: z.literal("ServiceTemplate"),
  metadata: z.strictObject({
    name: Name.describe("name of the template"),
    title: z.string().min(1).max(100),
    notes: z.string().max(10_000).optional(),
  }),
  spec: z.strictObject({
    networks: z.array(Name).min(1).max(32).optional().describe("all networks that may be named below"),
    hardwareProfiles: z.array(HardwareProfile).max(32).optional().describe("for several groups"),
    osProfiles: z.array(OsProfile).max(32).optional().describe("for several groups"),
    groups: z.array(Group).min(1).max(32),
    costs: z
      .array(z.strictObject({ name: z.string().min(1).max(100), perDay: DecimalAmount }))
      .max(50)
      .default([])
      .describe("costs beside the price list's"),
    hooks: z.array(Hook).max(64).default([]),
  }),
  layout: z
    .record(NodeId, z.strictObject({ x: Coordinate, y: Coordinate }))
    .optional()
    .describe("where the designer draws what"),
});

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
