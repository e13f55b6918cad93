import type { LabFaultRequest, LabFaults } from "@berth/api/lab.ts";
import { type HardwareFault, hardwareFaults } from "../hardware.ts";
import { type RedfishFault, type RedfishFaults, redfishFaults } from "../redfish/faults.ts";
import { RefusedError } from "../unix-http.ts";
import type { Blade } from "./blade.ts";
import { type HostFaultBox, type HostWireFault, hostWireFaults } from "./host-faults.ts";
import { type SimHost, type SimHostFault, simHostFaults } from "./sim-host.ts";

/** What can be made to go wrong, by the name of a blade, an enclosure (all of its blades) or a host. */
export interface Faulty {
  readonly blades: ReadonlyMap<string, Blade>;
  readonly enclosures: ReadonlyMap<string, readonly string[]>;
  readonly hosts: ReadonlyMap<string, { readonly host: SimHost; readonly faults: HostFaultBox }>;
  readonly redfish: RedfishFaults;
  restartHost(name: string): void;
}

/** QEMU labs call it after their daemon; the same test speaks to both. */
const HOST_RESTARTS = ["memory-host-restart", "libvirtd-restart"] as const;
/** A BMC that says nothing is one whose service never answers about it. */
const ALWAYS = 1_000_000;

export function provoke(lab: Faulty, { target, kind, count }: LabFaultRequest): void {
  const host = lab.hosts.get(target);
  if (host !== undefined) {
    provokeHost(lab, host, { target, kind, count });
    return;
  }
  const blades = lab.blades.has(target) ? [target] : lab.enclosures.get(target);
  if (blades === undefined) throw new RefusedError(404, `there is no blade, enclosure or host ${target}`);
  for (const blade of blades) provokeBlade(lab, { target: blade, kind, count });
}

function provokeBlade(lab: Faulty, { target, kind, count }: LabFaultRequest): void {
  if (kind === "bmc-silent") lab.redfish.provoke("silent", count === 0 ? 0 : ALWAYS, target);
  else if (isOneOf(hardwareFaults, kind)) lab.blades.get(target)?.hardware.provoke(kind, count);
  else if (isOneOf(redfishFaults, kind)) lab.redfish.provoke(kind, count, target);
  else
    throw new RefusedError(
      404,
      `a blade has no fault ${kind}; it has ${[...hardwareFaults, ...redfishFaults, "bmc-silent"].join(", ")}`,
    );
}

function provokeHost(
  lab: Faulty,
  { host, faults }: { host: SimHost; faults: HostFaultBox },
  fault: LabFaultRequest,
): void {
  const { target, kind, count } = fault;
  if (isOneOf(HOST_RESTARTS, kind)) lab.restartHost(target);
  else if (isOneOf(simHostFaults, kind)) host.provoke(kind, count);
  else if (isOneOf(hostWireFaults, kind)) faults.provoke(kind, count);
  else
    throw new RefusedError(
      404,
      `a host has no fault ${kind}; it has ${[...simHostFaults, ...hostWireFaults, ...HOST_RESTARTS].join(", ")}`,
    );
}

/** `target/kind` to how many are still to come. */
export function pendingFaults(lab: Faulty): LabFaults {
  const pending: LabFaults = {};
  for (const [name, { hardware }] of lab.blades)
    for (const [kind, count] of Object.entries(hardware.faults())) if (count > 0) pending[`${name}/${kind}`] = count;
  for (const [key, count] of Object.entries(lab.redfish.pending())) {
    const [kind = "", target = "redfish"] = key.split("@");
    if (kind === "silent") pending[`${target}/bmc-silent`] = 1;
    else pending[`${target}/${kind}`] = count;
  }
  for (const [name, { host, faults }] of lab.hosts)
    for (const [kind, count] of Object.entries({ ...host.faults(), ...faults.pending() }))
      pending[`${name}/${kind}`] = count;
  return pending;
}

export function clearFaults(lab: Faulty): void {
  for (const key of Object.keys(pendingFaults(lab))) {
    const [target = "", kind = ""] = key.split("/");
    provoke(lab, { target, kind, count: 0 });
  }
}

function isOneOf<
  T extends HardwareFault | RedfishFault | HostWireFault | SimHostFault | (typeof HOST_RESTARTS)[number],
>(list: readonly T[], kind: string): kind is T {
  // The cast only widens the list's type, so that `includes` takes any text.
  return (list as readonly string[]).includes(kind);
}
