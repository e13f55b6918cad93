import { describe, expect, it } from "vitest";
import { ProviderError } from "../kernel/errors.ts";
import { silentLog } from "../kernel/log.ts";
import type { PowerControl, VmEvent } from "./provider.ts";
import { wrapProvider } from "./wrapper.ts";

const call = () => ({ signal: AbortSignal.timeout(30_000) });

function fixture(on: PowerControl["on"], watch?: () => AsyncIterable<VmEvent>) {
  const seen: unknown[][] = [];
  const power = { read: async () => "on" as const, on, off: on, shutDown: on, reset: on };
  const provider = wrapProvider(
    { type: "fake", power, ...(watch === undefined ? {} : { vmEvents: { watch } }), close: async () => {} },
    { log: silentLog, metrics: { provider: (...labels) => seen.push(labels.slice(0, 4)) } },
  );
  return { provider, seen };
}

describe("what is done for every provider", () => {
  it("hands on results and counts them", async () => {
    const { provider, seen } = fixture(async () => {});
    expect(await provider.power?.read("m", call())).toBe("on");
    expect(seen).toEqual([["fake", "power", "read", "none"]]);
    expect(provider.vms).toBeUndefined();
  });

  it("lets ProviderErrors through as they are", async () => {
    const { provider, seen } = fixture(async () => Promise.reject(new ProviderError("busy", "later")));
    await expect(provider.power?.on("m", call())).rejects.toMatchObject({ failure: "busy", ambiguous: false });
    expect(seen).toEqual([["fake", "power", "on", "busy"]]);
  });

  it("makes of anything else an error that says maybe", async () => {
    const bug = new TypeError("x is not a function");
    const { provider } = fixture(async () => Promise.reject(bug));
    const error = await provider.power?.on("m", call()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: "rejected", ambiguous: true, cause: bug });
  });

  it("catches what a provider throws before it returns a promise", async () => {
    const { provider } = fixture(() => {
      throw new RangeError("at once");
    });
    await expect(provider.power?.on("m", call())).rejects.toBeInstanceOf(ProviderError);
  });

  it("passes the caller's giving up on", async () => {
    const { provider } = fixture((_machine, { signal }) =>
      Promise.reject(new ProviderError("unreachable", String(signal.aborted))),
    );
    await expect(provider.power?.on("m", { signal: AbortSignal.abort() })).rejects.toThrow("true");
  });

  it("wraps the end of events too", async () => {
    const { provider } = fixture(
      async () => {},
      async function* () {
        yield { vm: "a", kind: "started" };
        throw new Error("the socket broke");
      },
    );
    const heard: VmEvent[] = [];
    const listen = async () => {
      for await (const event of provider.vmEvents?.watch(call()) ?? []) heard.push(event);
    };
    await expect(listen()).rejects.toBeInstanceOf(ProviderError);
    expect(heard).toEqual([{ vm: "a", kind: "started" }]);
  });

  it("asks whether it may act right before each change, and never for a look (SAFETY 5)", async () => {
    const done: string[] = [];
    const act = async () => void done.push("acted");
    const power = { read: async () => "off" as const, on: act, off: act, shutDown: act, reset: act };
    const lost = async () => Promise.reject(new Error("the lease is gone"));
    const provider = wrapProvider({ type: "fake", power, close: async () => {} }, { log: silentLog, mayAct: lost });
    expect(await provider.power?.read("m", call())).toBe("off");
    await expect(provider.power?.off("m", call())).rejects.toThrow("the lease is gone");
    expect(done).toEqual([]);
  });
});
