import { type LabDescription, LabFaultRequest, type LabFaults, type LabStatus, type LabTruth } from "@berth/api/lab.ts";
import { RefusedError, serveJson } from "./unix-http.ts";

/** What a lab of either kind does when asked at its control socket. `RefusedError` says no in words. */
export interface LabControl {
  /** Null while it is not up. */
  describe(): LabDescription | null;
  status(): Promise<LabStatus>;
  truth(): Promise<LabTruth>;
  /** Throws RefusedError 404 for a target or kind that it does not have. */
  provoke(fault: LabFaultRequest): Promise<LabFaults>;
  clearFaults(): Promise<LabFaults>;
  /** Answers once everything is gone; the caller then ends the process. */
  down(): Promise<void>;
}

export interface ControlServer {
  close(): Promise<void>;
}

/** `afterDown` runs once the answer to POST /down is on its way. */
export function serveControl(
  socketPath: string,
  owner: { uid: number; gid: number } | null,
  lab: LabControl,
  afterDown: () => void,
): Promise<ControlServer> {
  return serveJson(socketPath, owner, {
    "GET /lab": () => {
      const description = lab.describe();
      if (description === null) throw new RefusedError(503, "the lab is not up");
      return description;
    },
    "GET /status": () => lab.status(),
    "GET /truth": () => lab.truth(),
    "POST /fault": (body) => {
      const fault = LabFaultRequest.safeParse(body);
      if (!fault.success)
        throw new RefusedError(400, fault.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; "));
      return lab.provoke(fault.data);
    },
    "DELETE /fault": () => lab.clearFaults(),
    "POST /down": async () => {
      await lab.down();
      setTimeout(afterDown, 50);
      return { ok: true };
    },
  });
}
