import type { ProviderTest, providerContract } from "@berth/api/provider.ts";
import type { z } from "zod";
import { audit } from "../audit/audit.ts";
import { AppError, ProviderError } from "../kernel/errors.ts";
import type { Actor } from "../kernel/http/handler.ts";
import type { Call, Provider } from "../providers/provider.ts";
import { type Settings, splitSecrets } from "../providers/settings-secrets.ts";
import { backendProblem } from "./backend-problem.ts";
import type { EnrolDeps } from "./machine-enrol.ts";
import { siteIdOf } from "./places.ts";
import { probeRoles, type RoleResult, type Subjects } from "./provider-probe.ts";

export type TestWish = z.output<typeof providerContract.testProvider.body>;

const TEST_MS = 30_000;
/** Names beyond it help nobody to choose. */
const MAX_CHOICES = 200;

/**
 * Connects with settings that are on no record and says what works. Nothing outside is changed, and the settings are
 * not kept. A backend that does not answer is a finding; @throws AppError `invalid_request` for settings that are none.
 */
export async function testProvider(
  deps: EnrolDeps,
  actor: Actor,
  wish: TestWish,
  { signal }: Call,
): Promise<z.input<typeof ProviderTest>> {
  const siteId = await siteIdOf(deps.db, wish.site);
  const settings = deps.registry.readSettings(wish.provider, wish.settings);
  const startedAt = performance.now();
  const dial = await deps.providers.dialFor(siteId);
  // Not one of the pool's: what is tried must not stay open, nor push out what is used.
  const provider = deps.registry.openProvider(wish.provider, settings, { dial, log: deps.log });
  const call = { signal: AbortSignal.any([signal, AbortSignal.timeout(TEST_MS)]) };
  try {
    const result = await lookAt(provider, wish, call);
    await audit(deps.db, {
      actor,
      action: "provider.test",
      object: { kind: "provider", id: wish.provider },
      outcome: result.works ? "done" : "failed",
      details: { site: wish.site, ...openTexts(deps, wish.provider, settings) },
    });
    return { ...result, tookMs: Math.round(performance.now() - startedAt) };
  } finally {
    await provider.close();
  }
}

/** Where it was tried, for the audit: no secrets, no certificates. */
function openTexts(deps: EnrolDeps, type: string, settings: Settings): Record<string, unknown> {
  const { open } = splitSecrets(settings, deps.registry.secretFields(type));
  return Object.fromEntries(Object.entries(open).filter(([, value]) => typeof value === "string"));
}

type Finding = Omit<z.input<typeof ProviderTest>, "tookMs">;

async function lookAt(provider: Provider, wish: TestWish, call: Call): Promise<Finding> {
  try {
    const { subjects, choices, missing } = await subjectsOf(provider, wish, call);
    const roles = await probeRoles(provider, subjects, call);
    const works = missing === null && NEEDED.every((role) => isFine(roles, role));
    return { works, summary: missing ?? summaryOf(roles), choices: choices.slice(0, MAX_CHOICES), roles };
  } catch (error) {
    const problem = backendProblem(error, `the ${wish.provider} backend`);
    if (!(error instanceof ProviderError) || !(problem instanceof AppError)) throw error;
    const summary = [problem.message, ...problem.reasons].join(": ");
    return { works: false, summary, choices: [], roles: [] };
  }
}

/** What enrolling asks of a backend: `machine-look.ts` and `host-observe.ts`. A backend that lacks a role needs it not. */
const NEEDED: readonly RoleResult["role"][] = ["inventory", "power", "vms", "volumes"];

function isFine(roles: readonly RoleResult[], role: RoleResult["role"]): boolean {
  return roles.every((result) => result.role !== role || result.state !== "fails");
}

function summaryOf(roles: readonly RoleResult[]): string {
  const failed = roles.filter(({ state }) => state === "fails");
  if (failed.length === 0) return roles.find(({ state }) => state === "works")?.says ?? "it answers";
  return `it answers, but not all of it works: ${failed.map(({ role }) => role).join(", ")}`;
}

/** What is there to look at, and what of it has to be named at the enrolment. */
async function subjectsOf(
  provider: Provider,
  wish: TestWish,
  call: Call,
): Promise<{ subjects: Subjects; choices: string[]; missing: string | null }> {
  if (provider.inventory !== undefined) {
    const systems = await provider.inventory.systems(call);
    const machine = wish.systemId ?? systems[0] ?? null;
    const isThere = machine !== null && systems.includes(machine);
    const missing = isThere ? null : `the management controller has no machine ${machine ?? ""}`.trimEnd();
    return { subjects: { machine: isThere ? machine : null, vm: null, storagePool: null }, choices: systems, missing };
  }
  const pools = (await provider.vms?.facts(call))?.storagePools.map(({ name }) => name) ?? [];
  const vms = (await provider.vms?.list(call)) ?? [];
  const vm = vms.find(({ power }) => power === "on")?.name ?? null;
  const storagePool = wish.storagePool ?? pools[0] ?? null;
  const isThere = storagePool !== null && pools.includes(storagePool);
  const missing = isThere ? null : `the host has no storage pool ${storagePool ?? ""}`.trimEnd();
  return { subjects: { machine: null, vm, storagePool: isThere ? storagePool : null }, choices: pools, missing };
}
