import { ProviderError } from "../../kernel/errors.ts";
import type { Console, ProviderType } from "../provider.ts";
import { readConsole } from "./domain-xml.ts";
import { libvirtEvents } from "./events.ts";
import { createHost, type Host, lookUpDomain } from "./host.ts";
import { libvirtPower } from "./power.ts";
import { LibvirtClient } from "./rpc/client.ts";
import { PROCEDURES } from "./rpc/procedures.ts";
import { openTransport } from "./rpc/transport.ts";
import { libvirtSettings } from "./settings.ts";
import { libvirtVms } from "./vms.ts";
import { libvirtVolumes } from "./volumes.ts";

/** A host with libvirt: QEMU/KVM, and what else libvirt drives. */
export const libvirtProvider: ProviderType<typeof libvirtSettings> = {
  type: "libvirt",
  settings: libvirtSettings,
  open(settings, { dial }) {
    const client = new LibvirtClient(settings.uri, (call) => openTransport(settings, dial, call));
    const host = createHost(client, settings);
    return {
      type: "libvirt",
      power: libvirtPower(host),
      vms: libvirtVms(host),
      volumes: libvirtVolumes(host),
      vmEvents: libvirtEvents(host),
      console: libvirtConsole(host),
      close: async () => client.close(),
    };
  },
};

function libvirtConsole(host: Host): Console {
  return {
    async address(subject, call) {
      const dom = await lookUpDomain(host, subject, call);
      const { xml } = await host.client.call(PROCEDURES.domainGetXmlDesc, { dom, flags: 0 }, "read the VM", call);
      const address = readConsole(xml);
      if (address === null) throw new ProviderError("rejected", "the VM has no screen now");
      return address;
    },
  };
}
