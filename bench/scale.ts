import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { type Api, type House, moveIn, startHouse } from "../e2e/house.ts";
import { makeTinyImage, publish, untilActive } from "../e2e/steps.ts";
import { cpuSeconds, peakMemoryMiB } from "./lib/process-cost.ts";

/**
 * Simulated servers deployed through the whole engine: reserved, asked for, approved; then for each Redfish over HTTPS,
 * network boot, the image streamed and hashed, SSH, and every step journalled in PostgreSQL. What is asked: does the
 * cost of a server grow with their number?
 */

const GOAL = 1.2;
const MEMORY_GOAL_MIB = 1024;
const PER_REQUEST = 200;
const LIMIT_MS = 4 * 3_600_000;

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    sizes: { type: "string", default: "100,1000,10000" },
    /** Folder for CPU profiles of the controllers. */
    profile: { type: "string" },
  },
});
const sizes = values.sizes.split(",").map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1 || size > 20_000)) {
  console.error("--sizes takes whole numbers from 1 to 20000, like 100,1000");
  process.exit(2);
}

interface Measured {
  readonly servers: number;
  /** Until the machines were known, inspected and in a pool: not part of the cost of a server. */
  readonly registerSeconds: number;
  /** From the first request to the last active server. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly controllerCpuMsPerServer: number;
  readonly controllerMiB: number;
  readonly stepSeconds: Readonly<Record<string, number>>;
}

const measured: Measured[] = [];
for (const servers of sizes) {
  const result = await measure(servers);
  measured.push(result);
  console.log(describe(result));
}

const last = measured.at(-1);
const before = measured.at(-2) ?? last;
if (last === undefined || before === undefined) throw new Error("nothing was measured");
const ratio = before.perSecond / last.perSecond;
const memoryMiB = Math.max(...measured.map((result) => result.controllerMiB));
const ok = ratio <= GOAL && memoryMiB < MEMORY_GOAL_MIB;
console.log(
  `cost per server, ${last.servers} against ${before.servers}: ${ratio.toFixed(2)} times (goal: at most ${GOAL})`,
);
console.log(`controller memory: ${memoryMiB.toFixed(0)} MiB (goal: under ${MEMORY_GOAL_MIB})`);
console.log(`command: ./berth bench scale --sizes ${sizes.join(",")}`);
if (values.json)
  console.log(JSON.stringify({ name: "scale", ratio: rounded(ratio), goal: GOAL, ok, memoryMiB, measured }));
process.exitCode = ok ? 0 : 1;

async function measure(servers: number): Promise<Measured> {
  const house = await startHouse({ blades: servers, hosts: 0, speed: "instant" });
  try {
    const controller = await house.startController({ env: { BERTH_LOG_LEVEL: "warn", ...(await profiling()) } });
    const { api, pid } = controller;
    const registerSeconds = await timed(() => moveIn(house, api));
    await makeTinyImage(api);
    const count = Math.min(servers, PER_REQUEST);
    await publish(api, templateOf(count));
    const cpuBefore = await cpuSeconds(pid);
    const seconds = await timed(() => deploy(api, Math.ceil(servers / count)));
    const deployed = Math.ceil(servers / count) * count;
    return {
      servers: deployed,
      registerSeconds: rounded(registerSeconds),
      seconds: rounded(seconds),
      perSecond: rounded(deployed / seconds),
      controllerCpuMsPerServer: rounded((((await cpuSeconds(pid)) - cpuBefore) * 1000) / deployed),
      controllerMiB: rounded(await peakMemoryMiB(pid)),
      stepSeconds: await medianSteps(house),
    };
  } finally {
    await house.stop();
  }
}

async function deploy(api: Api, requests: number): Promise<void> {
  const ids: string[] = [];
  for (let i = 1; i <= requests; i += 1) ids.push(await ask(api, `scale-${i}`, `c${i}`));
  for (const id of ids) await api.approveRequest({ params: { id }, body: {} });
  // One after the other: hundreds of clients that look all the time would be measured too.
  for (const id of ids) await untilActive(api, id, LIMIT_MS);
}

async function ask(api: Api, service: string, completion: string): Promise<string> {
  const endsAt = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();
  const { id } = await api.createRequest({
    body: { service, template: "scale", completion, email: "ops@example.org", endsAt, pools: ["default"] },
  });
  return id;
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

/** How long each step took, as the operations tell; the slowest steps first. */
async function medianSteps({ db }: House): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; median: number }>`
    select s.name, percentile_cont(0.5) within group (order by extract(epoch from s.ended_at - s.started_at)) as median
    from operation_step s join operation o on o.id = s.operation_id
    where o.workflow = 'blade-provision' and s.ended_at is not null
    group by s.name order by median desc`.execute(db.db);
  return Object.fromEntries(rows.map(({ name, median }) => [name, rounded(Number(median))]));
}

async function profiling(): Promise<Record<string, string>> {
  if (values.profile === undefined) return {};
  const folder = resolve(values.profile);
  await mkdir(folder, { recursive: true });
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
}

function describe(result: Measured): string {
  const { servers, seconds, perSecond, controllerCpuMsPerServer, controllerMiB, registerSeconds, stepSeconds } = result;
  const steps = Object.entries(stepSeconds).map(([name, median]) => `${name} ${median}`);
  return [
    `${String(servers).padStart(6)} servers: ${seconds.toFixed(1)} s, ${perSecond.toFixed(2)} servers/s;`,
    `controller ${controllerCpuMsPerServer.toFixed(0)} ms of CPU per server, at most ${controllerMiB.toFixed(0)} MiB;`,
    `registered in ${registerSeconds.toFixed(1)} s\n        median seconds per step: ${steps.join(", ")}`,
  ].join(" ");
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
