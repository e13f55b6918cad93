import type { ProviderType } from "../provider.ts";
import { libvirtConsole } from "./console.ts";
import { libvirtEvents } from "./events.ts";
import { createHost } from "./host.ts";
import { libvirtPower } from "./power.ts";
import { LibvirtClient } from "./rpc/client.ts";
import { openTransport } from "./rpc/transport.ts";
import { libvirtSettings } from "./settings.ts";
import { libvirtVms } from "./vms.ts";
import { libvirtVolumes } from "./volumes.ts";

/** A host with libvirt: QEMU/KVM, and what else libvirt drives. */
export const libvirtProvider: ProviderType<typeof libvirtSettings> = {
  type: "libvirt",
  manages: "hosts",
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
      console: libvirtConsole(host, dial),
      close: async () => client.close(),
    };
  },
};
