import { ProviderError } from "../../kernel/errors.ts";
import type { Call, VirtualMedia } from "../provider.ts";
import type { Read, RedfishClient } from "./client.ts";
import { at, linkOf, listAt, textAt } from "./links.ts";
import { settle } from "./settle.ts";
import { actionOf, type Systems } from "./system.ts";

const MAX_SLOTS = 16;

export function redfishVirtualMedia(
  client: RedfishClient,
  systems: Systems,
  options: { settleMs: number },
): VirtualMedia {
  /** The CD slot: below the system in newer services, below its manager in older ones. */
  async function slotOf(machine: string, call: Call): Promise<Read> {
    const system = await systems.read(machine, call);
    const managers = listAt(system.body, "Links", "ManagedBy")
      .map(linkOf)
      .filter((l) => l !== null);
    const manager = managers.length === 0 ? null : await client.find(managers[0], call.signal);
    const places = [linkOf(at(system.body, "VirtualMedia")), linkOf(at(manager?.body, "VirtualMedia"))].filter(
      (l) => l !== null,
    );
    for (const place of places) {
      for (const link of (await client.members(place, call.signal)).slice(0, MAX_SLOTS)) {
        const slot = await client.find(link, call.signal);
        const types = listAt(slot?.body, "MediaTypes");
        if (slot !== null && (types.includes("CD") || types.includes("DVD"))) return slot;
      }
    }
    throw new ProviderError("rejected", "this BMC has no virtual CD");
  }

  const again = async (slot: Read, call: Call) => imageOf(await client.get(slot.body["@odata.id"], call.signal));

  async function eject(slot: Read, call: Call): Promise<void> {
    const action = actionOf(slot, "VirtualMedia.EjectMedia");
    await settle(
      {
        write: () =>
          action === null
            ? client.patch(slot.body["@odata.id"], { Image: null, Inserted: false }, slot.etag, call.signal)
            : client.post(action.target, {}, call.signal),
        seen: async () => (await again(slot, call)) === null,
        otherwise: "the medium stayed in",
      },
      call,
      options.settleMs,
    );
  }

  return {
    read: async (machine, call) => ({ image: imageOf(await slotOf(machine, call)) }),
    async insert(machine, image, call) {
      const slot = await slotOf(machine, call);
      const present = imageOf(slot);
      if (present === image) return;
      if (present !== null) await eject(slot, call);
      const action = actionOf(slot, "VirtualMedia.InsertMedia");
      const medium = { Image: image, Inserted: true, WriteProtected: true };
      await settle(
        {
          write: () =>
            action === null
              ? client.patch(slot.body["@odata.id"], medium, null, call.signal)
              : client.post(action.target, medium, call.signal),
          seen: async () => (await again(slot, call)) === image,
          otherwise: "the medium is not in",
        },
        call,
        options.settleMs,
      );
    },
    async eject(machine, call) {
      const slot = await slotOf(machine, call);
      if (imageOf(slot) !== null) await eject(slot, call);
    },
  };
}

function imageOf(slot: Read): string | null {
  if (slot.body.Inserted === false) return null;
  const image = slot.body.Image;
  if (typeof image === "string" && image.length > 0 && image.length <= 2_000) return image;
  return slot.body.Inserted === true ? (textAt(slot.body, "ImageName") ?? "unknown") : null;
}
