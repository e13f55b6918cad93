import { z } from "zod";
import { type BootOverride, type Hardware, HardwareError } from "../hardware.ts";
import { badValue, notFound, RedfishProblem, readOnly, unknownProperty } from "./problem.ts";
import { BOOT_TARGETS, RESET_TYPES } from "./resources.ts";
import type { Service } from "./tree.ts";

/** Properties that exist and cannot be written, so that a client is told which of both is wrong. */
const READ_ONLY = new Set([
  "UUID",
  "SerialNumber",
  "PowerState",
  "Manufacturer",
  "Model",
  "AssetTag",
  "Id",
  "Name",
  "Status",
  "PermanentMACAddress",
]);

const Reset = z.strictObject({ ResetType: z.enum(RESET_TYPES).default("On") });
const SystemPatch = z.strictObject({
  Boot: z
    .strictObject({
      BootSourceOverrideEnabled: z.enum(["Disabled", "Once", "Continuous"]).optional(),
      BootSourceOverrideTarget: z.enum(BOOT_TARGETS).optional(),
      BootSourceOverrideMode: z.enum(["UEFI", "Legacy"]).optional(),
    })
    .optional(),
  Oem: z
    .strictObject({
      Berth: z.strictObject({
        VirtualUUID: z.uuid().nullable().optional(),
        VirtualSerialNumber: z.string().min(1).max(64).nullable().optional(),
      }),
    })
    .optional(),
});
const NicPatch = z.strictObject({ MACAddress: z.string().regex(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i) });
const InsertMedia = z.strictObject({
  Image: z.string().min(1).max(2_000),
  Inserted: z.boolean().default(true),
  WriteProtected: z.boolean().default(true),
  MediaTypes: z.array(z.string()).optional(),
  TransferMethod: z.string().optional(),
  TransferProtocolType: z.string().optional(),
});

/** Does a POST to an action. */
export async function runAction(service: Service, segments: readonly string[], body: unknown): Promise<void> {
  const [top, id, ...rest] = segments;
  const hardware = id === undefined ? undefined : service.hardware.get(id);
  if (hardware === undefined) throw notFound(`/${segments.join("/")}`);
  switch (`${top}/${rest.join("/")}`) {
    case "Systems/Actions/ComputerSystem.Reset":
      return await reset(service, hardware, parse(Reset, body).ResetType);
    case "Managers/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia": {
      const { Image } = parse(InsertMedia, body);
      await obey(() => hardware.media.set({ image: Image, inserted: true }));
      if (service.faults.take("insert-500-but-inserted", hardware.id)) throw internal();
      return;
    }
    case "Managers/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia":
      return await obey(() => hardware.media.set({ image: null, inserted: false }));
    default:
      throw notFound(`/${segments.join("/")}`);
  }
}

/** Does a PATCH of a resource. */
export async function changeResource(service: Service, segments: readonly string[], body: unknown): Promise<void> {
  const [top, id, part, partId, ...more] = segments;
  const hardware = id === undefined ? undefined : service.hardware.get(id);
  if (hardware === undefined) throw notFound(`/${segments.join("/")}`);
  if (top === "Systems" && part === undefined) return await changeSystem(service, hardware, parse(SystemPatch, body));
  if (top === "Systems" && part === "EthernetInterfaces" && partId !== undefined && more.length === 0) {
    if (!hardware.facts().nics.some((nic) => nic.id === partId)) throw notFound(`/${segments.join("/")}`);
    const { MACAddress } = parse(NicPatch, body);
    return await obey(() => hardware.setMac(partId, MACAddress.toLowerCase()));
  }
  throw new RedfishProblem(405, "ActionNotSupported", "This resource cannot be changed.");
}

async function reset(service: Service, hardware: Hardware, type: (typeof RESET_TYPES)[number]): Promise<void> {
  if (service.faults.take("reset-ignored", hardware.id)) return;
  switch (type) {
    case "On":
    case "ForceOn":
      return await obey(() => hardware.turnOn());
    case "ForceOff":
      return await obey(() => hardware.turnOff());
    case "GracefulShutdown":
      return await obey(() => hardware.shutDown());
    case "ForceRestart":
    case "GracefulRestart":
    case "PowerCycle":
      return await obey(() => hardware.reset());
    case "PushPowerButton":
      return await obey(() => (hardware.power() === "on" ? hardware.shutDown() : hardware.turnOn()));
  }
}

async function changeSystem(service: Service, hardware: Hardware, patch: z.output<typeof SystemPatch>): Promise<void> {
  if (patch.Boot !== undefined) {
    const now = hardware.boot.get();
    const target = patch.Boot.BootSourceOverrideTarget ?? now.target;
    // Naming a target without saying for how long means once, as BMCs in the field take it.
    const asked = patch.Boot.BootSourceOverrideEnabled ?? (now.mode === "Disabled" ? "Once" : now.mode);
    const next: BootOverride =
      asked === "Disabled" || target === "None" ? { target: "None", mode: "Disabled" } : { target, mode: asked };
    if (next.mode === "Once" && service.faults.take("once-reads-continuous", hardware.id))
      service.onceReadsContinuous.add(hardware.id);
    else service.onceReadsContinuous.delete(hardware.id);
    await obey(() => hardware.boot.set(next));
  }
  const identity = patch.Oem?.Berth;
  if (identity !== undefined) {
    const facts = hardware.facts();
    const { VirtualUUID: uuid = facts.uuid, VirtualSerialNumber: serial = facts.serial } = identity;
    await obey(() => hardware.setIdentity({ uuid, serial }));
  }
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.join("/") ?? "";
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    throw READ_ONLY.has(key) ? readOnly(key) : unknownProperty(key);
  }
  throw badValue(path, "as given");
}

async function obey(deed: () => Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    switch (error.reason) {
      case "busy":
        throw new RedfishProblem(409, "ResourceInUse", "The machine is not in a state that allows this.");
      case "invalid":
        throw new RedfishProblem(400, "PropertyValueFormatError", "The value cannot be used.");
      case "failed":
        throw internal();
    }
  }
}

export function internal(): RedfishProblem {
  return new RedfishProblem(500, "InternalError", "The request failed due to an internal service error.");
}
