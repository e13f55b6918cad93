export interface TestReport {
  readonly ok: boolean;
  readonly steps: { step: string; outcome: "ok" | "failed" | "skipped"; message: string }[];
}

type Said<T> = string | { readonly message: string; readonly value: T };

/** Runs steps until one fails, and says of each what came of it. */
export function testSteps<S extends string>(names: readonly S[]) {
  const done = new Map<S, TestReport["steps"][number]>();
  let isBroken = false;
  return {
    /** What the step found; null when it failed or was not come to. */
    async run<T>(step: S, work: () => Promise<Said<T>>): Promise<T | null> {
      if (isBroken) return null;
      try {
        const said = await work();
        done.set(step, { step, outcome: "ok", message: typeof said === "string" ? said : said.message });
        return typeof said === "string" ? null : said.value;
      } catch (error) {
        isBroken = true;
        done.set(step, { step, outcome: "failed", message: sentenceOf(error) });
        return null;
      }
    },
    report(whySkipped: string): TestReport {
      const steps = names.map(
        (step) =>
          done.get(step) ?? {
            step,
            outcome: "skipped" as const,
            message: isBroken ? "Not tried, as a step before it failed." : whySkipped,
          },
      );
      return { ok: !isBroken, steps };
    },
  };
}

/** The innermost reason: the outer ones only say what was being tried, and the step's name says that. */
function sentenceOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (!(inner instanceof Error)) return "It failed.";
  if (inner.name === "TimeoutError" || inner.name === "AbortError") return "No answer in time.";
  const text = inner.message.trim() === "" ? inner.name : inner.message.trim();
  return text.slice(0, 500);
}
