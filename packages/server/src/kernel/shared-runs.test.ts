import { describe, expect, it } from "vitest";
import { createSharedRuns } from "./shared-runs.ts";

const call = () => ({ signal: new AbortController().signal });

/** Work that ends when told. */
function gate() {
  const runs: { key: string; end: PromiseWithResolvers<void> }[] = [];
  const share = createSharedRuns(
    (key) => {
      const end = Promise.withResolvers<void>();
      runs.push({ key, end });
      return end.promise;
    },
    { rest: 0 },
  );
  const begun = async (count: number) => {
    while (runs.length < count) await new Promise((resolve) => setImmediate(resolve));
    const run = runs[count - 1];
    if (run === undefined) throw new Error("it has not begun");
    return run;
  };
  return { share, runs, begun };
}

describe("createSharedRuns", () => {
  it("gives all who ask while one runs the next one, which begins after they asked", async () => {
    const { share, runs, begun } = gate();
    const ended: number[] = [];
    const note = (n: number) => () => void ended.push(n);
    const first = share("a", call()).then(note(1));
    const running = await begun(1);
    const others = [share("a", call()).then(note(2)), share("a", call()).then(note(3))];
    running.end.resolve();
    await first;
    expect(ended).toEqual([1]);
    (await begun(2)).end.resolve();
    await Promise.all(others);
    expect(ended).toEqual([1, 2, 3]);
    expect(runs).toHaveLength(2);
  });

  it("lets keys run beside each other", async () => {
    const { share, begun } = gate();
    const both = [share("a", call()), share("b", call())];
    expect((await begun(2)).key).toBe("b");
    (await begun(1)).end.resolve();
    (await begun(2)).end.resolve();
    await Promise.all(both);
  });

  it("tells a failure to those who shared it, and to nobody after them", async () => {
    const { share, begun } = gate();
    const failing = share("a", call());
    (await begun(1)).end.reject(new Error("no edge"));
    await expect(failing).rejects.toThrow("no edge");
    const next = share("a", call());
    (await begun(2)).end.resolve();
    await expect(next).resolves.toBeUndefined();
  });

  it("lets one give up without taking the run from the others", async () => {
    const { share, begun } = gate();
    const leaving = new AbortController();
    const [left, stays] = [share("a", { signal: leaving.signal }), share("a", call())];
    await begun(1);
    leaving.abort(new Error("time is up"));
    await expect(left).rejects.toThrow("time is up");
    (await begun(1)).end.resolve();
    await expect(stays).resolves.toBeUndefined();
  });
});
