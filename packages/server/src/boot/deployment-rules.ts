export type DeploymentState = "waiting" | "contacted" | "writing" | "seeding" | "done" | "failed" | "ended";
export type DeploymentTask = "install" | "wipe";

/** A machine may still come and do it, or is at it. */
export const ACTIVE = ["waiting", "contacted", "writing", "seeding"] as const satisfies DeploymentState[];

export function isActive(state: DeploymentState): boolean {
  return (ACTIVE as readonly DeploymentState[]).includes(state);
}

/** What the agent calls its steps, as states. */
export function stateOfStep(step: string): DeploymentState | null {
  switch (step) {
    case "writing":
    case "image":
    case "wiping":
      return "writing";
    case "seeding":
    case "seed":
      return "seeding";
    default:
      return null;
  }
}

/** What is shown of a state while it lasts. */
export function noteOf(task: DeploymentTask, state: DeploymentState): string | null {
  switch (state) {
    case "waiting":
      return "waiting for the machine to boot from the network";
    case "contacted":
      return "the service OS has started";
    case "writing":
      return task === "wipe" ? "wiping the disks" : "writing the image";
    case "seeding":
      return "writing the seed";
    case "done":
      return task === "wipe" ? "wiped" : "installed";
    case "failed":
    case "ended":
      return null;
  }
}
