import { setTimeout as sleep } from "node:timers/promises";
import { dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import type { PowerControl } from "../providers/provider.ts";
import { type ServerAction, vmName } from "./rules.ts";
import type { ServerWorld } from "./world.ts";

export interface ServerPower {
  readonly serverId: string;
  readonly action: ServerAction;
  readonly on: { readonly kind: "host"; readonly id: string } | { readonly kind: "machine"; readonly id: string };
}

type Deps = ServerWorld & StepCall;

/** How long an operating system may take to shut down before it is powered off. */
const SHUT_DOWN_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

const switchPower = step({
  name: "switch-power",
  timeoutMs: 180_000,
  run: async (deps: Deps, i: ServerPower) => {
    const { power, subject } = await powerOf(deps, i);
    if (i.action !== "start") await shutDown(power, subject, deps);
    if (i.action !== "stop") await power.on(subject, deps);
  },
  undo: { none: "what ran before can't be brought back; the next command does what is wanted" },
});

const reach = step({
  name: "wait-for-ssh",
  timeoutMs: 15 * 60_000,
  attempts: 1,
  run: (deps: Deps, i: ServerPower) => deps.reach(i.serverId, deps),
  undo: { none: "looking changes nothing" },
});

const markPower = dbStep({
  name: "mark-power",
  run: async (tx, i: ServerPower, deps: ServerWorld) => {
    if (i.action !== "restart") await deps.moveServer(tx, i.serverId, i.action === "start" ? "activate" : "deactivate");
  },
  undo: { none: "the last step: nothing after it can fail" },
});

/** Starts, stops or restarts a server, wherever it has landed. */
export const serverPower = workflow({
  name: "server-power",
  onFailure: "unwind",
  steps: [switchPower, reach, markPower],
  async run(wf, input: ServerPower) {
    await wf.do(switchPower, input);
    if (input.action !== "stop") await wf.do(reach, input);
    await wf.do(markPower, input);
  },
});

async function powerOf(deps: Deps, i: ServerPower): Promise<{ power: PowerControl; subject: string }> {
  if (i.on.kind === "host") return { power: (await deps.host(i.on.id)).power, subject: vmName(i.serverId) };
  const machine = await deps.machine(i.on.id);
  return { power: machine.power, subject: machine.system };
}

/** Asks the system to shut down, and powers it off when it has not after a minute. */
async function shutDown(power: PowerControl, subject: string, deps: Deps): Promise<void> {
  if ((await power.read(subject, deps)) === "off") return;
  await power.shutDown(subject, deps);
  const deadline = Date.now() + SHUT_DOWN_MS;
  while (Date.now() < deadline) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: deps.signal });
    if ((await power.read(subject, deps)) === "off") return;
  }
  deps.log.warn("server did not shut down in time and is powered off", { shutDownMs: SHUT_DOWN_MS });
  await power.off(subject, deps);
}
