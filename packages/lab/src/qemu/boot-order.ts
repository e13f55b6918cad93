import type { BootOverride } from "../hardware.ts";

export type BootDevice = "disk" | "network" | "cd";

/** The devices that the firmware tries at the next start, in this order. */
export function bootOrder(persistent: readonly BootDevice[], override: BootOverride): BootDevice[] {
  const first = overriding(override);
  if (first === null) return [...persistent];
  return [first, ...persistent.filter((device) => device !== first)];
}

/** What is left of the override after a start. */
export function afterStart(override: BootOverride): BootOverride {
  return override.mode === "Once" ? { target: "None", mode: "Disabled" } : override;
}

function overriding({ target, mode }: BootOverride): BootDevice | null {
  if (mode === "Disabled") return null;
  switch (target) {
    case "None":
      return null;
    case "Pxe":
      return "network";
    case "Hdd":
      return "disk";
    case "Cd":
      return "cd";
  }
}
