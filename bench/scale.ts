import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Api, moveIn, startHouse } from "../e2e/house.ts";
import { makeTinyImage, publish, untilRequestEnds } from "../e2e/steps.ts";

/**
 * Simulated servers deployed through the whole engine: Redfish over HTTPS, network boot, the image streamed and hashed,
 * SSH, and every step journalled in PostgreSQL. What is asked: does the cost of a server grow with their number?
 */

const GOAL = 1.2;
const MEMORY_GOAL_MIB = 1024;
const PER_REQUEST = 200;

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    sizes: { type: "string", default: "100,1000,10000" },
  },
});
const sizes = values.sizes.split(",").map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1 || size > 20_000)) {
  console.error("--sizes takes whole numbers from 1 to 20000, like 100,1000");
  process.exit(2);
}

interface Measured {
  readonly servers: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly controllerMiB: number;
}

const measured: Measured[] = [];
for (const servers of sizes) {
  const result = await measure(servers);
  measured.push(result);
  console.log(
    `${String(servers).padStart(6)} servers: ${result.seconds.toFixed(1)} s, ${result.perSecond.toFixed(1)} servers/s, controller at most ${result.controllerMiB.toFixed(0)} MiB`,
  );
}

const last = measured.at(-1);
const before = measured.at(-2) ?? last;
if (last === undefined || before === undefined) throw new Error("nothing was measured");
const ratio = before.perSecond / last.perSecond;
const memoryMiB = Math.max(...measured.map((result) => result.controllerMiB));
const ok = ratio <= GOAL && memoryMiB < MEMORY_GOAL_MIB;
console.log(`cost per server, ${last.servers} against ${before.servers}: ${ratio.toFixed(2)} times (goal: at most ${GOAL})`);
console.log(`controller memory: ${memoryMiB.toFixed(0)} MiB (goal: under ${MEMORY_GOAL_MIB})`);
console.log(`command: ./berth bench scale --sizes ${sizes.join(",")}`);
if (values.json) console.log(JSON.stringify({ name: "scale", ratio, goal: GOAL, ok, memoryMiB, measured }));
process.exitCode = ok ? 0 : 1;

async function measure(servers: number): Promise<Measured> {
  const house = await startHouse({ blades: servers, hosts: 0, speed: "instant" });
  try {
    const controller = await house.startController({ env: { BERTH_LOG_LEVEL: "warn" } });
    const { api } = controller;
    await moveIn(house, api);
    await makeTinyImage(api);
    await publish(api, templateOf(Math.min(servers, PER_REQUEST)));
    const names = Array.from({ length: Math.ceil(servers / PER_REQUEST) }, (_, i) => `scale-${i + 1}`);
    for (const [i, service] of names.entries()) await ask(api, service, `c${i + 1}-`.replace(/-$/, ""));
    const startedAt = performance.now();
    for (const service of names) await api.approveRequest({ params: { id: service }, body: {} });
    await Promise.all(names.map((service) => untilRequestEnds(api, service, 4 * 3_600_000)));
    const seconds = (performance.now() - startedAt) / 1000;
    return { servers, seconds, perSecond: servers / seconds, controllerMiB: await peakMemoryMiB(controller.pid) };
  } finally {
    await house.stop();
  }
}

async function ask(api: Api, service: string, completion: string): Promise<void> {
  const endsAt = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();
  await api.createRequest({
    body: { service, template: "scale", completion, email: "ops@example.org", endsAt, pools: ["default"] },
  });
}

function templateOf(count: number): string {
  return `apiVersion: berth/v1
kind: ServiceTemplate
metadata: { name: scale, title: Many servers }
spec:
  groups:
    - name: node
      kind: physical
      count: ${count}
      cores: 1
      memory: 1GiB
      image: tiny
      hostname: n#
      disks: [{ name: root, size: 1GiB, role: boot }]
      nics: [{ network: lan, primary: true }]
`;
}

/** VmHWM: the most the process ever held. */
async function peakMemoryMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
