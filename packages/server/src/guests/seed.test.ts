import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { writeFat } from "./fat.ts";
import { buildSeed, type SeedSpec } from "./seed.ts";

/** What we write is read by programs that are not ours: mtools, dosfstools, blkid, and PyYAML, which cloud-init uses. */

const run = promisify(execFile);
const spec: SeedSpec = {
  instanceId: "0b9d6c1e-5f0e-4f5c-9d53-0b6f1a1f9a11",
  hostname: "shop-app-1",
  user: "berth",
  authorizedKeys: ["ssh-ed25519 AAAAUSER"],
  hostKeyPrivate: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
  hostKeyPublic: "ssh-ed25519 AAAAHOST",
  nics: [
    { mac: "52:54:00:12:34:56", ip: "10.77.1.20", prefix: 24, gateway: "10.77.1.1", dns: ["10.77.1.1"], dhcp: false },
    { mac: "52:54:00:12:34:57", ip: "10.77.2.20", prefix: 24, gateway: null, dns: [], dhcp: false },
    { mac: "52:54:00:12:34:58", ip: null, prefix: 24, gateway: "10.77.3.1", dns: ["10.77.3.1"], dhcp: true },
  ],
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-seed-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function onDisk(image: Buffer): Promise<string> {
  const file = join(dir, "image");
  await writeFile(file, image);
  return file;
}
const contentOf = async (file: string, name: string) => (await run("mcopy", ["-i", file, `::${name}`, "-"])).stdout;

describe("CAP guests: the NoCloud seed", () => {
  it("is a sound FAT file system with cloud-init's label and files", async () => {
    const file = await onDisk(await buildSeed(spec));
    await run("fsck.vfat", ["-n", file]);
    expect((await run("blkid", ["-p", "-o", "export", file])).stdout).toMatch(/LABEL=CIDATA\n[\s\S]*TYPE=vfat/);
    const names = (await run("mdir", ["-b", "-i", file, "::"])).stdout.trim().split("\n");
    expect(names).toEqual(["::/meta-data", "::/user-data", "::/network-config"]);
  });

  it("CAP A6: sets language, time zone and administrators' keys, and makes no such key an authority", async () => {
    const adminKeys = ["ssh-ed25519 AAAAADMIN admin"];
    const file = await onDisk(await buildSeed({ ...spec, adminKeys, locale: "C.UTF-8", timeZone: "Europe/Berlin" }));
    const userData = parse(await contentOf(file, "user-data"));
    expect(userData).toMatchObject({ locale: "C.UTF-8", timezone: "Europe/Berlin" });
    const keys: string[] = userData.users[0].ssh_authorized_keys;
    expect(keys.filter((key) => key.includes("AAAAADMIN"))).toEqual(adminKeys);
    const plain = parse(await contentOf(await onDisk(await buildSeed(spec)), "user-data"));
    expect(plain).not.toHaveProperty("locale");
    expect(plain).not.toHaveProperty("timezone");
  });

  it("is the same for the same spec, and another for another", async () => {
    expect((await buildSeed(spec)).equals(await buildSeed({ ...spec }))).toBe(true);
    expect((await buildSeed(spec)).equals(await buildSeed({ ...spec, hostname: "shop-app-2" }))).toBe(false);
  });

  it("says who the system is, whose keys it takes, and which it shows", async () => {
    const file = await onDisk(await buildSeed(spec));
    expect(parse(await contentOf(file, "meta-data"))).toEqual({
      "instance-id": spec.instanceId,
      "local-hostname": "shop-app-1",
    });
    const user = await contentOf(file, "user-data");
    expect(user.startsWith("#cloud-config\n")).toBe(true);
    expect(parse(user)).toMatchObject({
      hostname: "shop-app-1",
      manage_etc_hosts: true,
      ssh_deletekeys: true,
      ssh_pwauth: false,
      ssh_keys: { ed25519_private: spec.hostKeyPrivate, ed25519_public: spec.hostKeyPublic },
      users: [
        {
          name: "berth",
          lock_passwd: true,
          ssh_authorized_keys: [spec.authorizedKeys[0], 'cert-authority,principals="berth" ssh-ed25519 AAAAUSER'],
        },
      ],
    });
  });

  it("gives each NIC its own address, by its MAC", async () => {
    const file = await onDisk(await buildSeed(spec));
    expect(parse(await contentOf(file, "network-config")).ethernets).toEqual({
      eth0: {
        match: { macaddress: "52:54:00:12:34:56" },
        "set-name": "eth0",
        dhcp4: false,
        addresses: ["10.77.1.20/24"],
        routes: [{ to: "0.0.0.0/0", via: "10.77.1.1" }],
        nameservers: { addresses: ["10.77.1.1"] },
      },
      eth1: {
        match: { macaddress: "52:54:00:12:34:57" },
        "set-name": "eth1",
        dhcp4: false,
        addresses: ["10.77.2.20/24"],
      },
      eth2: { match: { macaddress: "52:54:00:12:34:58" }, "set-name": "eth2", dhcp4: true },
    });
  });

  it("means the same to YAML 1.1, in which a MAC may be a number and `on` a truth", async () => {
    const tricky = { ...spec, hostname: "on", nics: [{ ...spec.nics[0]!, mac: "52:54:00:12:34:56" }] };
    const file = await onDisk(await buildSeed(tricky));
    const script = "import sys, yaml, json; print(json.dumps(yaml.safe_load(open(sys.argv[1]).read())))";
    for (const name of ["meta-data", "user-data", "network-config"]) {
      const text = await contentOf(file, name);
      await writeFile(join(dir, "document"), text);
      const read = JSON.parse((await run("python3", ["-c", script, join(dir, "document")])).stdout);
      expect(read).toEqual(JSON.parse(text.replace("#cloud-config\n", "")));
    }
  });

  it.each(["\n- evil: 1", '", "x": "', "#cloud-config", "a: b", "{{ 7 * 7 }}", "\u2028"])(
    "keeps %j in its place",
    async (text) => {
      const file = await onDisk(await buildSeed({ ...spec, authorizedKeys: [text] }));
      expect(parse(await contentOf(file, "user-data")).users).toMatchObject([
        { ssh_authorized_keys: [text, `cert-authority,principals="berth" ${text}`] },
      ]);
    },
  );
});

describe("FAT", () => {
  it.each([0, 1, 511, 512, 513, 100_000])("keeps a file of %i bytes as it is", async (size) => {
    const content = Buffer.from(Array.from({ length: size }, (_, i) => 32 + (i % 90)));
    const file = await onDisk(
      writeFat("LABEL", [
        { name: "a-first-file", content: Buffer.from("first") },
        { name: "exactly-13-ch", content },
        { name: "a-name-that-is-much-longer-than-thirteen.txt", content: Buffer.from("last") },
      ]),
    );
    await run("fsck.vfat", ["-n", file]);
    expect(await contentOf(file, "exactly-13-ch")).toBe(content.toString());
    expect(await contentOf(file, "a-name-that-is-much-longer-than-thirteen.txt")).toBe("last");
  });

  it("refuses what does not fit", () => {
    expect(() => writeFat("LABEL", [{ name: "big", content: Buffer.alloc(1024 * 1024) }])).toThrow(RangeError);
  });
});
