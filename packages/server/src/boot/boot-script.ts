import { enrolUnknown, findMachineByFacts } from "../estate/actions.ts";
import type { Machine } from "../estate/store.ts";
import { type Db, inTx, type Tx } from "../kernel/db/db.ts";
import type { Log } from "../kernel/log.ts";
import { factsOfBoot } from "./boot-facts.ts";
import { type BootChoice, nameOf } from "./boot-rules.ts";
import { type Asker, bootScript, introduceScript, type Origin, readAsker } from "./ipxe-rules.ts";
import { openSession, recordBoot, siteByName } from "./store.ts";

export interface BootScriptDeps {
  readonly db: Db;
  readonly log: Log;
  readonly pin: string;
  /** Strangers are enrolled at this pace at most. */
  readonly strangers: { take(): boolean };
}

const PORTS = { http: 8080, https: 8443 } as const;

interface Decided {
  readonly choice: BootChoice;
  readonly token: string | null;
  readonly machine: Machine | null;
}

/** The iPXE script for whoever asks: the machine's record is found or made, and what it boots is decided and kept. */
export async function scriptFor(deps: BootScriptDeps, origin: Origin, query: URLSearchParams): Promise<string> {
  if (query.size === 0) return introduceScript(origin, PORTS);
  const asker = readAsker(query);
  // A machine that can't say which card it has can't be told apart from any other.
  const { choice, token, machine } =
    asker === null ? wait("it names no card") : await inTx(deps.db, (tx) => decide(tx, deps, origin, asker));
  const facts = { site: origin.site, peer: origin.peer, mac: asker?.mac, machine: machine?.name };
  deps.log.info("a machine asks what to boot", { ...facts, chosen: nameOf(choice), reason: choice.reason });
  const ipxe = asker ?? { mac: "", uuid: null, serial: null, platform: "pcbios" as const };
  return bootScript(choice, ipxe, { origin, ports: PORTS, pin: deps.pin, token });
}

async function decide(tx: Tx, deps: BootScriptDeps, origin: Origin, asker: Asker): Promise<Decided> {
  const site = await siteByName(tx, origin.site);
  if (site === null) return wait(`there is no site ${origin.site}`);
  const known = await findMachineByFacts(tx, asker);
  if (known === null && !deps.strangers.take()) return wait("too many unknown machines boot at once");
  const machine = known ?? (await enrolUnknown(tx, { siteId: site.id, ...asker }));
  if (machine.site_id !== site.id) return wait(`machine ${machine.name} belongs to another site`);
  const { choice, deployment } = await factsOfBoot(tx, machine, { mac: asker.mac, peer: origin.peer });
  const { mac, platform } = asker;
  const decision = {
    machineId: machine.id,
    mac,
    platform,
    peer: origin.peer,
    chosen: nameOf(choice),
    reason: choice.reason,
  };
  await recordBoot(tx, decision);
  if (choice.kind !== "service-os") return { choice, token: null, machine };
  const deploymentId = choice.task === "inspect" ? null : (deployment?.id ?? null);
  const token = await openSession(tx, { machineId: machine.id, deploymentId, peer: origin.peer });
  return { choice, token, machine };
}

const wait = (reason: string): Decided => ({ choice: { kind: "wait", reason }, token: null, machine: null });
