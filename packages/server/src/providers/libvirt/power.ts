import { ProviderError } from "../../kernel/errors.ts";
import type { Call, PowerControl } from "../provider.ts";
import { type Host, lookUpDomain } from "./host.ts";
import { type DomainRef, PROCEDURES } from "./rpc/procedures.ts";

/** A VM that is paused or hangs is on: it has its memory and its disks. */
export function isOn(dom: DomainRef): boolean {
  return dom.id !== -1;
}

export function libvirtPower(host: Host): PowerControl {
  const { client } = host;

  /** Somebody else may have done it between looking and asking: what counts is how it is then. */
  async function make(wanted: boolean, name: string, call: Call, ask: (dom: DomainRef) => Promise<unknown>) {
    const dom = await lookUpDomain(host, name, call);
    if (isOn(dom) === wanted) return;
    const refused = await ask(dom).then(
      () => null,
      (error: unknown) => {
        if (error instanceof ProviderError && error.failure === "rejected") return error;
        throw error;
      },
    );
    if (isOn(await lookUpDomain(host, name, call)) === wanted) return;
    throw refused ?? new ProviderError("busy", `the VM did not go ${wanted ? "on" : "off"}`);
  }

  return {
    read: async (subject, call) => (isOn(await lookUpDomain(host, subject, call)) ? "on" : "off"),
    on: (subject, call) =>
      make(true, subject, call, (dom) => client.call(PROCEDURES.domainCreate, { dom }, "start the VM", call)),
    off: (subject, call) =>
      make(false, subject, call, (dom) =>
        client.call(PROCEDURES.domainDestroyFlags, { dom, flags: 0 }, "stop the VM", call),
      ),
    async shutDown(subject, call) {
      const dom = await lookUpDomain(host, subject, call);
      if (isOn(dom)) await client.call(PROCEDURES.domainShutdown, { dom }, "ask the VM to shut down", call);
    },
    async reset(subject, call) {
      const dom = await lookUpDomain(host, subject, call);
      if (!isOn(dom)) throw new ProviderError("rejected", "a VM that is off can't be reset");
      await client.call(PROCEDURES.domainReset, { dom, flags: 0 }, "reset the VM", call);
    },
  };
}
