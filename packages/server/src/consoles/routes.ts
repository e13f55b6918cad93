import { CONSOLE_PATH, consoleContract } from "@berth/api/console.ts";
import { AppError } from "../kernel/errors.ts";
import { type Actor, implement, type RouteSet } from "../kernel/http/handler.ts";
import type { ConsoleKind } from "../providers/provider.ts";
import { asRefusal } from "./refusal.ts";
import { CONSOLE_LIMITS } from "./rules.ts";
import { type ConsoleTarget, type SubjectKind, type TargetDeps, targetOf } from "./targets.ts";
import { issueTicket } from "./tickets.ts";

export interface ConsoleRouteDeps extends TargetDeps {
  readonly now?: () => Date;
}

const ASK_MS = 20_000;

export function consoleRoutes(deps: ConsoleRouteDeps): RouteSet {
  const now = deps.now ?? (() => new Date());

  async function consolesOf(actor: Actor, subjectKind: SubjectKind, id: string) {
    const target = await targetOf(deps, actor, subjectKind, id).catch(stateOf);
    if ("reason" in target) return { name: id, kinds: [], reason: target.reason };
    const kinds = await kindsOf(target);
    return { name: target.object.name, kinds, reason: kinds.length > 0 ? null : whyNone(target) };
  }

  async function open(
    actor: Actor,
    subjectKind: SubjectKind,
    asked: { id: string; kind: ConsoleKind; watchOnly: boolean },
  ) {
    const { kind, watchOnly } = asked;
    if (watchOnly && kind !== "serial")
      throw new AppError("invalid_request", "Only a serial line can be watched without typing on it.", {
        fields: [{ field: "watchOnly", message: "only with kind serial" }],
      });
    const target = await targetOf(deps, actor, subjectKind, asked.id);
    const kinds = await kindsOf(target);
    if (!kinds.includes(kind))
      throw new AppError(
        "conflict",
        kinds.length === 0 ? whyNone(target) : `${target.object.name} has no ${NAMES[kind]}.`,
        {
          reasons: kinds.map((other) => `there is its ${NAMES[other]}: kind ${other}`),
        },
      );
    const ticket = { userId: actor.userId ?? "", subjectKind, subjectId: target.object.id, kind, watchOnly };
    const { ticketMs, perUser } = CONSOLE_LIMITS;
    const { secret, expiresAt } = await issueTicket(deps.db, ticket, { now: now(), ticketMs, perUser });
    return { kind, url: `${CONSOLE_PATH}${secret}`, expiresAt: expiresAt.toISOString() };
  }

  return implement(consoleContract, {
    serverConsoles: ({ actor, params }) => consolesOf(actor, "server", params.id),
    openServerConsole: ({ actor, params, body }) => open(actor, "server", { ...params, ...body }),
    machineConsoles: ({ actor, params }) => consolesOf(actor, "machine", params.id),
    openMachineConsole: ({ actor, params, body }) => open(actor, "machine", { ...params, ...body }),
  });
}

const NAMES: Record<ConsoleKind, string> = { vnc: "screen", serial: "serial line" };

async function kindsOf({ console, subject }: ConsoleTarget): Promise<ConsoleKind[]> {
  if (console === null) return [];
  try {
    return await console.kinds(subject, { signal: AbortSignal.timeout(ASK_MS) });
  } catch (error) {
    throw asRefusal(error);
  }
}

/** That something is in a state without a console is an answer to the question which there are. */
function stateOf(error: unknown): { reason: string } {
  if (error instanceof AppError && error.code === "conflict")
    return { reason: [error.message, ...error.reasons].join(": ") };
  throw error;
}

function whyNone({ console, backend, object }: ConsoleTarget): string {
  return console === null
    ? `This ${backend} offers no console.`
    : `${object.name} has no console now: it is off, or its ${backend} offers none for it.`;
}
