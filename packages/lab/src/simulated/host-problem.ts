import type { SimFailure } from "@berth/api/simulated-host.ts";

/** Why a simulated hypervisor does not do what it was asked. */
export class HostProblem extends Error {
  override readonly name = "HostProblem";
  readonly failure: SimFailure;

  constructor(failure: SimFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}
