import { createHash, randomInt, randomUUID } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { endDeployment, ensureDeployment, readDeployment } from "../packages/server/src/boot/actions.ts";
import { startBoot } from "../packages/server/src/boot/start-boot.ts";
import { writeProfile } from "../packages/server/src/fabric/actions.ts";
import { newGuestKeys } from "../packages/server/src/guests/keys.ts";
import { buildSeed } from "../packages/server/src/guests/seed.ts";
import { waitForSsh } from "../packages/server/src/guests/ssh.ts";
import { fetchImage } from "../packages/server/src/images/image-fetch.ts";
import { imageFiles } from "../packages/server/src/images/image-files.ts";
import { addImage } from "../packages/server/src/images/store.ts";
import { readConfig } from "../packages/server/src/kernel/config.ts";
import { createTestDb, type TestDb } from "../packages/server/src/kernel/db/test-db.ts";
import { dialOf } from "../packages/server/src/kernel/dial-edge.ts";
import { silentLog } from "../packages/server/src/kernel/log.ts";
import { createOutgoing } from "../packages/server/src/kernel/outgoing.ts";
import { createSecretBox } from "../packages/server/src/kernel/secrets.ts";
import { type BootBench, makeBootBench, mayMakeNetworks, until } from "./boot-bench.ts";

const GIB = 1024 ** 3;
const FIRMWARE = [
  ["bios", 11],
  ["uefi", 12],
] as const;
const seedOfRun = Number(process.env.E2E_SEED ?? randomInt(1_000_000));
// An installation, a start from disk and a wipe are minutes of an emulated machine: a run takes one, `--all` both.
const chosen = inject("all") ? FIRMWARE : FIRMWARE.slice(seedOfRun % 2).slice(0, 1);
const secrets = createSecretBox(Buffer.alloc(32, 7));

// Real firmware, iPXE, DHCP, TFTP and the service OS in a namespace: only root can make one.
describe.skipIf(!mayMakeNetworks)(`a machine that boots from the network (E2E_SEED=${seedOfRun})`, () => {
  let bench: BootBench;
  let test: TestDb;
  let boot: { close(): Promise<void> };
  let imageId: string;
  const siteId = randomUUID();
  const networkId = randomUUID();
  const call = (ms: number) => ({ signal: AbortSignal.timeout(ms) });

  beforeAll(async () => {
    bench = await makeBootBench();
    test = await createTestDb();
    const { db } = test;
    const dial = { kind: "edge", socket: bench.edgeSocket };
    await db
      .insertInto("site")
      .values({ id: siteId, name: "bench", dial: JSON.stringify(dial) })
      .execute();
    await db
      .insertInto("network")
      .values({ id: networkId, name: "lan", site_id: siteId, cidr: "10.79.1.0/24", pxe: true })
      .execute();
    const files = imageFiles(bench.dir);
    const { cacheDir } = readConfig();
    imageId = randomUUID();
    const source = { kind: "build", recipe: "debian-12" } as const;
    const make = {
      imageId,
      name: "debian-12",
      os: "debian-12",
      firmware: ["bios", "uefi"],
      source,
      actor: { userId: null, name: "test" },
    };
    const facts = await fetchImage({ files, outgoing: createOutgoing(), cacheDir }, make, {
      ...call(900_000),
      log: silentLog,
      progress() {},
    });
    await db.transaction().execute((tx) =>
      addImage(tx, {
        id: imageId,
        name: "debian-12",
        os: "debian-12",
        firmware: ["bios", "uefi"],
        raw_bytes: facts.rawBytes,
        raw_sha256: facts.rawSha256,
        stream_bytes: facts.streamBytes,
        source: "built",
      }),
    );
    await mkdir(`${bench.dir}/run`);
    boot = await startBoot({ db, secrets, files, log: silentLog, stateDir: bench.dir, cacheDir });
  }, 1_200_000);

  afterAll(async () => {
    await boot?.close();
    await bench?.close();
    await test?.drop();
  });

  async function enrol(host: number, state: "in-use" | "cleaning") {
    const machineId = randomUUID();
    const serverId = randomUUID();
    const mac = `52:54:00:79:01:${host.toString(16).padStart(2, "0")}`;
    const ip = bench.address(host);
    const identity = { uuid: randomUUID(), serial: `BERTH${host}` };
    const disks = JSON.stringify([{ id: "disk-1", sizeBytes: 4 * GIB }]);
    await test.db
      .insertInto("machine")
      .values({ id: machineId, name: `m${host}`, site_id: siteId, state, disks })
      .execute();
    await test.db
      .transaction()
      .execute((tx) =>
        writeProfile(tx, { serverId, ...identity, nics: [{ mac, networkId, ip }], boot: "network", machineId }),
      );
    await bench.publishDhcp([{ mac, ip, hostname: `m${host}` }]);
    return { machineId, serverId, mac, ip, ...identity };
  }

  it.each(chosen)(
    "is installed, starts from its disk and answers over SSH, on %s (CAP G1, G3)",
    async (firmware, host) => {
      const machine = await enrol(host, "in-use");
      const { db } = test;
      const keys = newGuestKeys();
      const hostKeys = newGuestKeys();
      const hostname = `blade-${host}`;
      const nic = { mac: machine.mac, ip: machine.ip, prefix: 24, gateway: bench.address(1), dns: [], dhcp: false };
      const seed = await buildSeed({
        instanceId: machine.serverId,
        hostname,
        user: "berth",
        authorizedKeys: [keys.public],
        hostKeyPrivate: hostKeys.private,
        hostKeyPublic: hostKeys.public,
        nics: [nic],
      });
      const id = randomUUID();
      const { machineId, serverId } = machine;
      const deployment = { id, machineId, serverId, bootMac: machine.mac, disk: "disk-1" } as const;
      await db
        .transaction()
        .execute((tx) =>
          ensureDeployment(tx, secrets, { ...deployment, task: "install", imageId, seed, onDone: "reboot" }),
        );
      const spec = { firmware, ...machine, diskBytes: 4 * GIB } as const;
      let guest = await bench.startMachine(spec);
      try {
        await until("the installation to end", 900_000, async () => {
          const { state, error } = await readDeployment(db, id);
          if (state === "failed" || state === "ended")
            throw new Error(`${state}: ${error}\n${(await guest.console()).slice(-2000)}`);
          return state === "done";
        });
        if (firmware === "uefi") {
          // It is told to boot its disk and goes on to its next choice, which with this firmware are minutes of PXE over
          // IPv6 and HTTP boot; they are no business of ours.
          await until("the firmware to go on after iPXE", 600_000, async () =>
            (await guest.console()).includes("BdsDxe: failed to start"),
          );
          await guest.kill();
          guest = await bench.startMachine({ ...spec, keepDisk: true, diskFirst: true });
        }
        const login = {
          ip: machine.ip,
          user: "berth",
          privateKey: keys.private,
          hostKeyPublic: hostKeys.public,
          hostname,
        };
        await waitForSsh({ dial: dialOf({ kind: "edge", socket: bench.edgeSocket }) }, login, call(600_000));
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : error}\n${(await guest.console()).slice(-3000)}`, {
          cause: error,
        });
      }
      const row = await db
        .selectFrom("deployment")
        .select(["seed_sealed", "state"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      expect(row).toEqual({ seed_sealed: null, state: "done" });
      await guest.kill();

      // The way back: everything on the disk reads as zeros, and the machine leaves itself off.
      const wipe = randomUUID();
      await db.transaction().execute(async (tx) => {
        await endDeployment(tx, id);
        await ensureDeployment(tx, secrets, {
          ...deployment,
          id: wipe,
          task: "wipe",
          imageId: null,
          seed: null,
          onDone: "off",
        });
      });
      const again = await bench.startMachine({ ...spec, keepDisk: true });
      await again.off(AbortSignal.timeout(600_000));
      expect(await readDeployment(db, wipe)).toMatchObject({ state: "done", error: null });
      expect(await isBlank(again.disk)).toBe(true);
      expect((await readDeployment(db, id)).state).toBe("done");
    },
    1_800_000,
  );
});

async function isBlank(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const buffer = Buffer.alloc(1024 * 1024);
  const zeros = createHash("sha256").update(Buffer.alloc(buffer.length)).digest("hex");
  for (let at = 0; ; at += buffer.length) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return true;
    if (createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("hex") !== zeros) return false;
  }
}
