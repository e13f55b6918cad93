import { ProviderError } from "../../kernel/errors.ts";
import type { Call, IdentityControl } from "../provider.ts";
import type { Read, RedfishClient } from "./client.ts";
import { macOf, uuidOf } from "./inventory.ts";
import { at, linkOf, listAt, textAt } from "./links.ts";
import { quirksOf } from "./quirks.ts";
import { settle } from "./settle.ts";
import { powerOf, type Systems } from "./system.ts";

const MAX_NICS = 64;

/**
 * Identity where the BMC can: MACs where an EthernetInterface says that `MACAddress` is writable. No standard property
 * takes a UUID or serial number, so those need a property of the vendor's that says so too.
 */
export function redfishIdentity(
  client: RedfishClient,
  systems: Systems,
  options: { settleMs: number },
): IdentityControl {
  async function nicsOf(system: Read, call: Call): Promise<Read[]> {
    const link = linkOf(at(system.body, "EthernetInterfaces"));
    if (link === null) return [];
    const reads: Read[] = [];
    for (const member of (await client.members(link, call.signal)).slice(0, MAX_NICS)) {
      const nic = await client.find(member, call.signal);
      if (nic !== null) reads.push(nic);
    }
    return reads;
  }

  function writable(system: Read, nics: readonly Read[]) {
    const quirks = quirksOf({ manufacturer: textAt(system.body, "Manufacturer"), model: textAt(system.body, "Model") });
    const says = (nic: Read) => listAt(nic.body, "@Redfish.WriteableProperties").includes("MACAddress");
    return {
      uuid: virtual(system, "VirtualUUID"),
      serial: virtual(system, "VirtualSerialNumber"),
      macs: nics.length > 0 && nics.every((nic) => quirks.macsWritable || says(nic)),
    };
  }

  async function writeMac(nic: Read, mac: string, call: Call): Promise<void> {
    if (macOf(textAt(nic.body, "MACAddress")) === mac) return;
    const path = nic.body["@odata.id"];
    await settle(
      {
        write: () => client.patch(path, { MACAddress: mac }, nic.etag, call.signal),
        seen: async () => macOf(textAt((await client.get(path, call.signal)).body, "MACAddress")) === mac,
        otherwise: "the MAC address stayed as it was",
      },
      call,
      options.settleMs,
    );
  }

  async function writeVirtual(
    system: Read,
    values: Record<string, string | null>,
    seen: (now: Read) => boolean,
    call: Call,
  ): Promise<void> {
    if (Object.keys(values).length === 0) return;
    const path = system.body["@odata.id"];
    await settle(
      {
        write: () => client.patch(path, { Oem: { Berth: values } }, system.etag, call.signal),
        seen: async () => seen(await client.get(path, call.signal)),
        otherwise: "the identity stayed as it was",
      },
      call,
      options.settleMs,
    );
  }

  async function ready(machine: string, call: Call): Promise<Read> {
    const system = await systems.read(machine, call);
    if (powerOf(system) !== "off")
      throw new ProviderError("rejected", "the machine is on; its identity changes only while it is off");
    return system;
  }

  return {
    async can(machine, call) {
      const system = await systems.read(machine, call);
      return writable(system, await nicsOf(system, call));
    },
    async read(machine, call) {
      const system = await systems.read(machine, call);
      const macs = (await nicsOf(system, call)).flatMap((nic) => {
        const mac = macOf(textAt(nic.body, "MACAddress"));
        const id = textAt(nic.body, "Id");
        return mac === null || id === null ? [] : [{ nic: id, mac }];
      });
      return { uuid: uuidOf(textAt(system.body, "UUID")), serial: textAt(system.body, "SerialNumber"), macs };
    },
    async apply(machine, identity, call) {
      const system = await ready(machine, call);
      const nics = await nicsOf(system, call);
      const able = writable(system, nics);
      // Refused before anything is written: half an identity is worse than none.
      const missing = identity.macs.find((m) => !nics.some((nic) => textAt(nic.body, "Id") === m.nic));
      if (missing !== undefined) throw new ProviderError("rejected", "the machine has no such NIC");
      if (
        (identity.macs.length > 0 && !able.macs) ||
        (identity.uuid !== null && !able.uuid) ||
        (identity.serial !== null && !able.serial)
      ) {
        throw new ProviderError("rejected", "this BMC cannot give the machine that identity");
      }
      const { uuid, serial } = identity;
      const values = {
        ...(uuid === null ? {} : { VirtualUUID: uuid }),
        ...(serial === null ? {} : { VirtualSerialNumber: serial }),
      };
      const holds = (now: Read) =>
        (uuid === null || uuidOf(textAt(now.body, "UUID")) === uuid.toLowerCase()) &&
        (serial === null || textAt(now.body, "SerialNumber") === serial);
      if (!holds(system)) await writeVirtual(system, values, holds, call);
      for (const { nic, mac } of identity.macs) {
        const target = nics.find((n) => textAt(n.body, "Id") === nic);
        if (target !== undefined) await writeMac(target, mac.toLowerCase(), call);
      }
    },
    async clear(machine, call) {
      const system = await ready(machine, call);
      const nics = await nicsOf(system, call);
      const able = writable(system, nics);
      for (const nic of able.macs ? nics : []) {
        const factory = macOf(textAt(nic.body, "PermanentMACAddress"));
        if (factory !== null) await writeMac(nic, factory, call);
      }
      const values = {
        ...(able.uuid ? { VirtualUUID: null } : {}),
        ...(able.serial ? { VirtualSerialNumber: null } : {}),
      };
      // What the factory's own is, only the BMC knows, so there is nothing to compare with but its answer.
      await writeVirtual(system, values, () => true, call);
    },
  };
}

function virtual(system: Read, property: string): boolean {
  return listAt(system.body, "Oem", "Berth", "@Redfish.WriteableProperties").includes(property);
}
